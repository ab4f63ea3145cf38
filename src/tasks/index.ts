/** All tasks, in the order of their numbers: `N_id.ts`, whose default export is the task. Nothing else lists them. */
import { Failure } from '../core/errors.ts';
import type { Task } from './types.ts';

export { CLEAN, CORRECT, goalsOf, grade } from './grade.ts';
export type { Goal, Grade, GradedGoal, Task } from './types.ts';

const files = import.meta.glob<Task>('./[0-9]*.ts', { eager: true, import: 'default' });

export const tasks: readonly Task[] = Object.entries(files)
  .map(([path, task]) => {
    const [, number, id] = /\/(\d+)_(\w+)\.ts$/.exec(path) ?? [];
    if (id !== task.id) throw new Failure('internal', `${path} holds the task ${task.id}`);
    return { number: Number(number), task };
  })
  .sort((a, b) => a.number - b.number)
  .map(({ task }) => task);

export function findTask(id: string): Task | undefined {
  return tasks.find((task) => task.id === id);
}
