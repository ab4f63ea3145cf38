/** Tricks that reach a task's numbers and miss its point are seen through, and other ways to its point are let pass. */
import { describe, expect, test } from 'vitest';
import { findTask, grade, type Task } from '../../src/tasks/index.ts';
import { host } from '../setup/hosts.ts';
import { isWhole } from '../setup/whole.ts';
import { tricks } from './task-tricks.ts';
import { ways } from './task-ways.ts';

const tried = <T>(all: readonly T[]): readonly T[] => all.filter((_, at) => isWhole || at % 4 === 0);

describe.each(tried(tricks))('$task: $trick', ({ task, source, misses }) => {
  test('misses its goal', async () => {
    const { passed, goals } = await grade(findTask(task) as Task, source, await host('chrome'));
    expect(goals.filter(({ id }) => id === 'correct' || id === misses)).toMatchObject([
      { id: 'correct', state: 'met' },
      { id: misses, state: 'missed' },
    ]);
    expect(passed).toBe(false);
  });
});

describe.each(tried(ways))('$task: $way', ({ task, source }) => {
  test('passes', async () => {
    const { passed, goals } = await grade(findTask(task) as Task, source, await host('chrome'));
    expect([passed, goals]).toEqual([true, goals]);
  });
});

test('a slot for every eight lanes is wrong where subgroups have eight, too', async () => {
  const task = findTask('any_subgroup') as Task;
  // Lavapipe's have.
  const { passed, goals } = await grade(task, task.wrong.source, await host('dawn'));
  expect(goals).toMatchObject([{ id: 'correct', state: 'met' }, { id: 'subgroups', state: 'missed' }, {}, {}, {}]);
  expect(passed).toBe(false);
});
