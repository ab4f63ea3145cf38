import type { FigureSpec } from '../figures.ts';

export default {
  kinds: ['trace', 'steps'],
  fits: (kind, holding) => (kind === 'trace' || kind === 'steps') && holding.kind === 'trace',
  load: () => import('./inside/draw-figure.ts'),
} satisfies FigureSpec;
