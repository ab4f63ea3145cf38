import type { FigureSpec } from '../figures.ts';

/** The kind is the id of a probe, of which only the module that is loaded has a list. */
export default {
  kinds: ['the names of probes, such as staircase'],
  fits: (_, holding) => holding.kind === 'fingerprint',
  load: () => import('./draw-figure.ts'),
} satisfies FigureSpec;
