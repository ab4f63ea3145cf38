/** Every task is solved by its solution, not by its start, and its wrong answer misses the goal that it says. */
import { describe, expect, test } from 'vitest';
import { withCommas } from '../../src/core/words.ts';
import { findTask, grade, type Task, tasks } from '../../src/tasks/index.ts';
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

test('kernel 1 of matmul fetches what the task of tiles says that it does', async () => {
  const shape = { m: 256, n: 256, k: 256 };
  const request = { op: 'matmul', kernel: '1_uncoalesced', shape };
  // All of its workgroups do the same.
  const params = { request, workgroups: [0, 101, 255], machine: 'generic', limitMs: 60_000 } as const;
  const { result } = await (await host('chrome')).call('trace', params);
  const bytes = ((result.totals?.bytesFetched ?? 0) / 3) * 256;
  expect((findTask('tiles') as Task).asks).toContain(`kernel 1 of matmul fetches ${withCommas(bytes)} bytes`);
  expect((findTask('tiles') as Task).larger?.goals[0].text).toBe(`Fetch at most ${withCommas(bytes / 16)} bytes`);
});
