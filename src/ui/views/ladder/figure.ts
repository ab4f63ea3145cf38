import type { FigureSpec } from '../figures.ts';

export default {
  kinds: ['ladder'],
  fits: (kind, holding) => kind === 'ladder' && holding.kind === 'results',
  load: () => import('./draw-figure.ts'),
} satisfies FigureSpec;
