/** Every task is solved by its solution, not by its start, and its wrong answer misses the goal that it says. */
import { describe, expect, test } from 'vitest';
import { grade, type Task, tasks } from '../../src/tasks/index.ts';
import { host } from '../setup/hosts.ts';
import { isWhole } from '../setup/whole.ts';

/** All of them, or every fifth: the first, one with a goal on sectors, one with scratch, ... */
const tried = tasks.filter((_, at) => isWhole || at % 5 === 2);

async function graded(task: Task, source: string): Promise<{ readonly passed: boolean; readonly goals: object }> {
  const { passed, goals } = await grade(task, source, await host('chrome'));
  return { passed, goals: Object.fromEntries(goals.map(({ id, state, value }) => [id, `${state}: ${value}`])) };
}

describe.each(tried)('$id', (task) => {
  test('the solution passes', async () => {
    const { passed, goals } = await graded(task, task.solution);
    expect([passed, goals]).toEqual([true, goals]);
  });

  test('the start does not pass', async () => {
    expect((await graded(task, task.start)).passed).toBe(false);
  });

  test('the wrong answer misses its goal', async () => {
    const { goals } = await graded(task, task.wrong.source);
    expect(goals).toMatchObject({ [task.wrong.misses]: expect.stringMatching(/^missed/) });
  });
});
