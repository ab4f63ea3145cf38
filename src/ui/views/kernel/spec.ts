/** One kernel: its knobs, its verdict and times, its code. The page opens with it, so its element is not put off. */
import { fromSearch, type Settings, toSearch } from '../../state/settings.ts';
import type { ViewSpec } from '../types.ts';
import './ts-kernel-view.ts';

export default {
  id: 'kernel',
  title: 'Kernel',
  order: 1,
  element: 'ts-kernel-view',
  ofOneKernel: true,
  kept: [],
  keptWithKernel: [],
  read: fromSearch,
  write: toSearch,
} satisfies ViewSpec<Settings>;
