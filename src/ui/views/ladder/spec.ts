/** All kernels of an operation on one problem. */
import type { ViewSpec } from '../types.ts';
import { type LadderSettings, ladderFromSearch, ladderOf, ladderSearch } from './settings.ts';

export default {
  id: 'ladder',
  title: 'Ladder',
  description:
    'All kernels of an operation side by side on your own GPU: what each new idea gains over the kernel it builds on, beside its verdict.',
  order: 2,
  element: 'ts-ladder-view',
  // Most visits never open it, and its charts are much code.
  load: () => import('./ts-ladder-view.ts'),
  drawsEarly: true,
  ofOneKernel: false,
  kept: ['budget', 'sort'],
  keptWithKernel: [],
  read: ladderFromSearch,
  write: ladderSearch,
  opens: ladderOf,
} satisfies ViewSpec<LadderSettings>;
