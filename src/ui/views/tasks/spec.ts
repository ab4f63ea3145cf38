/** Kernels to complete and to write, graded at once. */
import { loadShaders } from '../../../kernels/index.ts';
import type { ViewSpec } from '../types.ts';
import { type TasksSettings, tasksFromSearch, tasksSearch } from './settings.ts';

export default {
  id: 'tasks',
  title: 'Tasks',
  description:
    'Complete and write GPU kernels: each answer is graded at once on its result, on a sanitizer and on what it asks of memory.',
  order: 6,
  skipsTo: 'the task',
  element: 'ts-tasks-view',
  // The texts of all tasks and the editor. Some tasks are copies of kernels, whose texts must be there before them.
  load: async () => {
    await loadShaders();
    return import('./ts-tasks-view.ts');
  },
  ofOneKernel: true,
  kept: ['task'],
  keptWithKernel: [],
  read: tasksFromSearch,
  write: tasksSearch,
} satisfies ViewSpec<TasksSettings>;
