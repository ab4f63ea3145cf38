/** What memory, arithmetic and launches cost on this device, and what they cost on recorded ones. */
import type { ViewSpec } from '../types.ts';
import { type MemorySettings, memoryFromSearch, memorySearch } from './settings.ts';

export default {
  id: 'memory',
  title: 'Memory',
  description:
    'Measure your GPU itself: latency and bandwidth by working set, roofs, banks, strides, alignment and what a launch costs, beside a model.',
  order: 4,
  element: 'ts-memory-view',
  // Most visits never open it, and its charts and probes are much code.
  load: () => import('./ts-memory-view.ts'),
  ofDevice: true,
  drawsEarly: true,
  ofOneKernel: true,
  kept: ['probe', 'from', 'beside', 'budget'],
  keptWithKernel: [],
  read: memoryFromSearch,
  write: memorySearch,
  // A whole fingerprint is the Device view's, but for a reader who wants its charts.
  opens: (holding, isHere) =>
    holding.kind === 'fingerprint' && (isHere || holding.command !== 'fingerprint')
      ? memorySearch({ ...memoryFromSearch('').settings, probe: holding.probes[0] })
      : null,
} satisfies ViewSpec<MemorySettings>;
