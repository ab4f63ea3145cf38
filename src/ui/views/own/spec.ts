/** A kernel of the reader's own, from an empty body or a copy, beside the ladder. */
import type { ViewSpec } from '../types.ts';
import { type OwnSettings, ownFromSearch, ownSearch } from './settings.ts';

export default {
  id: 'own',
  title: 'New kernel',
  description:
    'Write a GPU compute kernel of your own: it is verified, traced and timed beside the kernels of the ladder, and kept in this browser.',
  order: 7,
  element: 'ts-own-view',
  // With the editor, and seldom the first that is opened.
  load: () => import('./ts-own-view.ts'),
  ofOneKernel: false,
  kept: ['name'],
  keptWithKernel: [],
  takes: '.wgsl',
  opens: (holding) => (holding.kind === 'own' ? ownSearch({ ...holding, name: '' }) : null),
  read: ownFromSearch,
  write: ownSearch,
} satisfies ViewSpec<OwnSettings>;
