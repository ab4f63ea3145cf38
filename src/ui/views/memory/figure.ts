import type { FigureSpec } from '../figures.ts';

/** All other kinds are ids of probes, of which only the module that is loaded has a list. */
export default {
  kinds: ['roofline', 'the names of probes, such as staircase'],
  fits: (_, holding) => holding.kind === 'fingerprint',
  load: () => import('./draw-figure.ts'),
} satisfies FigureSpec;
