/** Kernels to complete and to write, graded at once. */
import type { ViewSpec } from '../types.ts';
import { type TasksSettings, tasksFromSearch, tasksSearch } from './settings.ts';

export default {
  id: 'tasks',
  title: 'Tasks',
  order: 6,
  element: 'ts-tasks-view',
  // The texts of all tasks and the editor.
  load: () => import('./ts-tasks-view.ts'),
  ofOneKernel: true,
  kept: ['task'],
  keptWithKernel: [],
  read: tasksFromSearch,
  write: tasksSearch,
} satisfies ViewSpec<TasksSettings>;
