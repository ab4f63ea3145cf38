import type { FigureSpec } from '../figures.ts';
import { sweepOf } from './settings.ts';

export default {
  kinds: ['sweep'],
  fits: (kind, holding) => kind === 'sweep' && holding.kind === 'results',
  usual: (holding) => sweepOf(holding) && 'sweep',
  load: () => import('./draw-figure.ts'),
} satisfies FigureSpec;
