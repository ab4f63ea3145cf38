/** Where a stranger begins: what the page is for, what to do first, and the lessons. */
import type { ViewSpec } from '../types.ts';
import { type LearnSettings, learnFromSearch, learnSearch } from './settings.ts';

export default {
  id: 'learn',
  title: 'Learn',
  description:
    'Lessons on GPU memory, tiling and FlashAttention: predict, run the kernel on your own GPU, and see in its own counters why.',
  order: 0,
  skipsTo: 'the lessons',
  element: 'ts-learn-view',
  load: () => import('./ts-learn-view.ts'),
  ofOneKernel: true,
  kept: ['lesson'],
  keptWithKernel: [],
  read: learnFromSearch,
  write: learnSearch,
} satisfies ViewSpec<LearnSettings>;
