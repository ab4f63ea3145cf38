/** Attention as an `.npz` gives it: its arrays, and the flags for what they do not say. */
import type { FileArray } from '../../formats/array.ts';
import { type FlagValues, positive, toggle, whole } from '../flags.ts';
import type { Arrays, InputArray } from '../form.ts';
import { type Heads, heads } from './heads.ts';
import { additiveMask } from './mask.ts';
import { type AttentionProblem, problemOf } from './problem.ts';

export const HEADS = 'batch, heads, tokens, dim';

/** Shared by everything that starts from queries, keys and values. */
export const ATTENTION_INPUTS: readonly InputArray[] = [
  { name: 'q', dims: HEADS },
  { name: 'k', dims: HEADS },
  { name: 'v', dims: HEADS },
  { name: 'mask', optional: true },
];

export const ATTENTION_FLAGS = [
  toggle('causal', 'key j is visible to query i where j <= i + offset'),
  whole('offset', -(2 ** 31), 'that offset; keys - queries where not given'),
  whole('window', 1, 'key j is visible to query i only where j > i + offset - N'),
  positive('softcap', 'scores become X tanh(score / X), before the mask'),
  positive('scale', 'factor on the scores; 1 / sqrt(dim) where not given'),
];

/** Throws a `Refusal` where the arrays do not fit together. */
export function npzProblem(arrays: Arrays, flags: FlagValues): AttentionProblem {
  const read = (name: string): Heads => heads(arrays.get(name), name, 0);
  const [query, key, value] = [read('q'), read('k'), read('v')];
  const [batch, count, queries, dim] = query.dims;
  const keys = key.dims[2];
  const mask: FileArray | undefined = arrays.find('mask');
  return problemOf({
    query,
    key,
    value,
    mask: mask && additiveMask(mask, 'mask', [batch, count, queries, keys]),
    lengths: undefined,
    causal: flags.causal !== undefined,
    offset: flags.offset ?? keys - queries,
    window: flags.window ?? 0,
    softcap: flags.softcap ?? 0,
    scale: flags.scale ?? 1 / Math.sqrt(dim),
  });
}
