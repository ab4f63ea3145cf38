/** Tricks that reach a task's numbers and miss its point are seen through, and other ways to its point are let pass. */
import { describe, expect, test } from 'vitest';
import { edited } from '../../src/core/edited.ts';
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

test('a larger problem is not graded where few of the workgroups do the work of all', async () => {
  const task = findTask('tiles') as Task;
  const source = edited(
    task.solution,
    ['@builtin(global_invocation_id) id: vec3u', '@builtin(workgroup_id) group: vec3u'],
    [
      '  let row = id.y;\n  let column = id.x;\n',
      '  let all = p.n > 70u;\n  if (all && group.x > 0u) { return; }\n  for (var turn = group.x; turn * TILE < p.n; turn += select(65536u, 1u, all)) {\n  let row = group.y * TILE + lane.y;\n  let column = turn * TILE + lane.x;\n',
    ],
    ['    c[row * p.n + column] = sum;\n  }\n', '    c[row * p.n + column] = sum;\n  }\n  }\n'],
  );
  const { passed, reason, goals } = await grade(task, source, await host('chrome'));
  expect(goals.slice(0, -1).map(({ state }) => state)).not.toContain('missed');
  expect(goals.at(-1)).toMatchObject({ id: 'larger bytes fetched', state: 'unknown' });
  expect(reason).toMatch(/The busiest workgroup of product logs 1\d(\.\d)? times what the average one does/);
  expect(passed).toBe(false);
});

test('a slot for every eight lanes is wrong where subgroups have eight, too', async () => {
  const task = findTask('any_subgroup') as Task;
  // Lavapipe's have.
  const { passed, goals } = await grade(task, task.wrong.source, await host('dawn'));
  expect(goals).toMatchObject([{ id: 'correct', state: 'met' }, { id: 'subgroups', state: 'missed' }, {}, {}, {}]);
  expect(passed).toBe(false);
});
