import type { FigureSpec } from '../figures.ts';

export default {
  kinds: ['sweep'],
  fits: (kind, holding) => kind === 'sweep' && holding.kind === 'results',
  load: () => import('./draw-figure.ts'),
} satisfies FigureSpec;
