import type { FigureSpec } from '../figures.ts';
import { ladderOf } from './settings.ts';

export default {
  kinds: ['ladder'],
  fits: (kind, holding) => kind === 'ladder' && holding.kind === 'results',
  usual: (holding) => ladderOf(holding) && 'ladder',
  load: () => import('./draw-figure.ts'),
} satisfies FigureSpec;
