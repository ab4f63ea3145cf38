import type { FigureSpec } from '../figures.ts';

export default {
  kinds: ['trace', 'steps'],
  fits: (kind, { kind: held }) => (kind === 'trace' || kind === 'steps') && (held === 'trace' || held === 'own'),
  load: () => import('./inside/draw-figure.ts'),
} satisfies FigureSpec;
