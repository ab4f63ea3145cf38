/** One kernel over two of its knobs or sizes. */
import type { ViewSpec } from '../types.ts';
import { type SweepSettings, sweepFromSearch, sweepOf, sweepSearch } from './settings.ts';

export default {
  id: 'sweep',
  title: 'Sweep',
  description:
    'One GPU kernel over any two of its knobs or sizes, as a heat map measured on your own GPU, every cell verified before it is timed.',
  order: 3,
  element: 'ts-sweep-view',
  // Most visits never open it, and its charts are much code.
  load: () => import('./ts-sweep-view.ts'),
  drawsEarly: true,
  ofOneKernel: true,
  kept: ['budget', 'show'],
  keptWithKernel: ['x', 'x.values', 'y', 'y.values', 'cell'],
  read: sweepFromSearch,
  write: sweepSearch,
  opens: sweepOf,
} satisfies ViewSpec<SweepSettings>;
