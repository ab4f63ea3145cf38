/** Seeded inputs of attention: scores that follow a trend, masks, lengths. */
import { type DType, FORMATS } from '../core/format.ts';
import { Random } from '../core/random.ts';
import { HIDDEN } from './attention-mask.ts';
import { mixedAttention } from './attention-rows.ts';
import { type AttentionShape, attentionShape, paddedKeys, visibleSpan } from './attention-shape.ts';
import { normals, rounded, trend } from './inputs.ts';
import type { Problem, Tensors } from './types.ts';

/** Standard deviation of the scores that follow a trend, around it. */
const NOISE = 0.5;
/** Standard deviation of scores of which one takes all. */
const PEAK = 64;
/** Largest score of a trend. */
const LARGEST = 200;
/** How much larger one of the high scores is than the others: a maximum that misses it overflows exp. */
const SPIKE = 1.6;
/** How many times lower than the others every fourth query's low scores are: no "lowest" score is low enough. */
const DEPTH = 8;
/** Largest magnitude of an element; products of two, and their sums, stay finite in f32. */
const MOST: Readonly<Record<DType, number>> = { f16: 2 ** 15, f32: 2 ** 56 };
/** Share of the mask's entries that hide their key. */
const HIDES = 0.25;
/** Share of an additive mask's entries that lower a score without hiding its key; half of them by up to so much ... */
const LOWERS = 0.125;
const LOWEST = 1000;
/** Share of them that raise a score by as much. */
const RAISES = 1 / 32;
/** ... and the others by up to this, or what the type can hold. */
const DEEPEST = 1e9;
/** Share of the entries that are the lowest finite number, which many libraries hide keys with: here it hides none. */
const BOTTOMS = 0.03125;
const BOTTOM: Readonly<Record<DType, number>> = { f16: -FORMATS.f16.largest, f32: -FORMATS.f32.largest };

export function attentionInputs({ shape, dtype, seed, input }: Problem): Tensors {
  const s = attentionShape(shape);
  const lengths = s.ragged ? { lengths: raggedLengths(s, seed, input === 'mixed') } : {};
  const mask = s.mask === 'none' ? {} : { mask: maskOf(s, dtype, seed, input) };
  if (input === 'mixed') return { ...mixedAttention(s, dtype, seed, lengths.lengths), ...mask, ...lengths };
  const [q, k] = queriesAndKeys(s, dtype, seed, input);
  const v = normals(new Random(seed, 'v'), s.batch * s.kvHeads * s.keys * s.valueDim, dtype);
  if (input === 'padding') {
    poisonHidden(s, k, v, lengths.lengths);
    poisonBlind(s, q, s.dim, { ...mask, ...lengths });
  }
  return { q, k, v, ...mask, ...lengths };
}

/** Element 0 of query and key carries the trend; the others add noise to it. */
function queriesAndKeys(s: AttentionShape, dtype: DType, seed: number, input: string): [Float32Array, Float32Array] {
  const trended = ['rising', 'falling', 'low', 'high'].includes(input);
  // The scores' standard deviation is scale sqrt(dim) times the product of those of q and k.
  const spread = trended ? NOISE : PEAK;
  const wanted = trended || input === 'peaked' ? Math.sqrt(spread / (s.scale * Math.sqrt(s.dim))) : 1;
  // Where the scale is tiny, what fits the storage type makes smaller scores.
  const deviation = Math.min(wanted, MOST[dtype] / 16);
  const q = normals(new Random(seed, 'q'), s.batch * s.heads * s.queries * s.dim, dtype, deviation);
  const k = normals(new Random(seed, 'k'), s.batch * s.kvHeads * s.keys * s.dim, dtype, deviation);
  if (trended) {
    const root = Math.min(Math.sqrt(LARGEST / s.scale), MOST[dtype]);
    const deep = input === 'low' ? Math.min(DEPTH, MOST[dtype] / root) : 1;
    const random = new Random(seed, 'trend');
    // No two queries follow quite the same trend.
    for (let at = 0, row = 0; at < q.length; at += s.dim, row++) {
      q[at] = root * random.uniform(0.95, 1.05) * (row % 4 === 3 ? deep : 1);
    }
    for (let at = 0, token = 0; at < k.length; at += s.dim, token++) {
      k[at] = (trend(input, token % s.keys, s.keys) / LARGEST) * root;
    }
    if (input === 'high') addSpikes(s, q, k, root, random);
  }
  if (input === 'uniform') {
    for (let at = 0; at < k.length; at++) k[at] = k[Math.floor(at / (s.keys * s.dim)) * s.keys * s.dim + (at % s.dim)];
  }
  return [rounded(q, dtype), rounded(k, dtype)];
}

/**
 * Makes one key of each query stand out, other keys for other queries: a maximum that misses any part of the keys then
 * overflows exp somewhere. Elements 1, 2, ... of a head tie a query to its key; there is none to spare where dim is 1.
 */
function addSpikes(s: AttentionShape, q: Float32Array, k: Float32Array, root: number, random: Random): void {
  const ties = Math.ceil((s.dim - 1) / 2);
  // One in each stretch of the keys, anywhere in it.
  const place = (nth: number, count: number): number =>
    Math.min(s.keys - 1, Math.floor(((nth + random.uniform(0, 1)) * s.keys) / count));
  for (let head = 0; head < s.batch * s.kvHeads; head++) {
    const first = head * s.keys;
    for (let key = first; key < first + s.keys; key++) k.fill(0, key * s.dim + 1, key * s.dim + 1 + ties);
    if (ties === 0) k[first + place(0, 1)] *= SPIKE;
    for (let tie = 1; tie <= ties; tie++) k[(first + place(tie - 1, ties)) * s.dim + tie] = (SPIKE - 1) * root;
  }
  for (let row = 0; ties > 0 && row < q.length / s.dim; row++) {
    q.fill(0, row * s.dim + 1, row * s.dim + 1 + ties);
    q[row * s.dim + 1 + (row % ties)] = root;
  }
}

/** What the length of a sequence is to be. */
const LENGTHS = [
  'any',
  'full',
  'empty',
  'one',
  'multiple',
  'above',
  'below',
  'any',
  'tile',
  'few',
  'tile above',
  'tile below',
  'any',
  'any',
] as const;

/**
 * A sequence that fills its keys, an empty one, one of a single token or of few, multiples of 16 and 64, the lengths beside them,
 * and any from a quarter of the keys on. Rows of every kind begin with the multiples, so that few sequences meet those too.
 */
function raggedLengths({ batch, keys }: AttentionShape, seed: number, isMixed: boolean): Uint32Array {
  const random = new Random(seed, 'lengths');
  return Uint32Array.from({ length: batch }, (_, sequence) => {
    const any = random.integer(Math.ceil(keys / 4), Math.max(1, keys - 1));
    const multiple = 16 * Math.max(1, Math.floor(any / 16));
    const tile = 64 * Math.max(1, Math.floor(any / 64));
    switch (LENGTHS[(sequence + (isMixed ? 4 : 0)) % LENGTHS.length]) {
      case 'full':
        return keys;
      case 'empty':
        return 0;
      case 'one':
        return 1;
      case 'multiple':
        return Math.min(keys, multiple);
      case 'above':
        return Math.min(keys, multiple + 1);
      case 'below':
        return Math.min(keys, multiple - 1);
      case 'tile':
        return Math.min(keys, tile);
      case 'tile above':
        return Math.min(keys, tile + 1);
      case 'tile below':
        return Math.min(keys, tile - 1);
      case 'few':
        return Math.min(keys, random.integer(2, 15));
      default:
        return any;
    }
  });
}

/**
 * A quarter of the entries hide their key, all of the second row (where there are three) and in the 'padding' case the last keys.
 * In the 'masked' case rows hide every key, or none and lie at the lowest number or near -100,000, by turns and by seed.
 */
function maskOf(s: AttentionShape, dtype: DType, seed: number, input: string): Float32Array | Uint32Array {
  const random = new Random(seed, 'mask');
  const length = s.maskDims.reduce((product, extent) => product * extent, 1);
  const values =
    s.mask === 'boolean' ? new Uint32Array(length) : lowered(normals(random, length, dtype), s, dtype, seed);
  const rows = length / s.keys;
  if (input === 'masked') {
    for (let at = 0; at < length; at++) {
      const kind = (Math.floor(at / s.keys) + (seed % 3)) % 3;
      if (s.mask === 'boolean') values[at] = kind === 0 ? 0 : 1;
      else values[at] = [HIDDEN, BOTTOM[dtype], Math.max(BOTTOM[dtype], -1e5 * random.uniform(0.9, 1.1))][kind];
    }
    return values instanceof Float32Array ? rounded(values, dtype) : values;
  }
  const last = input === 'padding' ? s.keys - paddedKeys(s.keys) : s.keys;
  for (let row = 0; row < rows; row++) {
    const empty = rows >= 3 && row === 1;
    for (let key = 0; key < s.keys; key++) {
      const hidden = random.bits() < HIDES * 2 ** 32 || key >= last || empty;
      if (s.mask === 'boolean') values[row * s.keys + key] = hidden ? 0 : 1;
      else if (hidden) values[row * s.keys + key] = HIDDEN;
    }
  }
  return values;
}

/**
 * An additive mask's values before keys are hidden: some far below 0; all of the third row below -200 (where there are
 * three); every eighth row from the fourth on nothing but the lowest number (where there are four).
 */
function lowered(values: Float32Array, { keys }: AttentionShape, dtype: DType, seed: number): Float32Array {
  const random = new Random(seed, 'lowered');
  const bottom = BOTTOM[dtype];
  for (let at = 0; at < values.length; at++) {
    const row = Math.floor(at / keys);
    const kind = random.uniform(0, 1);
    const least = kind < LOWERS / 2 ? LOWEST : Math.min(DEEPEST, -bottom);
    if (kind < LOWERS) values[at] = -Math.exp(random.uniform(Math.log(3), Math.log(least)));
    else if (kind < LOWERS + RAISES) values[at] = Math.exp(random.uniform(Math.log(3), Math.log(LOWEST)));
    if (row === 2 && values.length >= 3 * keys) values[at] -= LOWEST / 4;
    values[at] = Math.max(bottom, values[at]);
    if (kind >= 1 - BOTTOMS || (row % 8 === 3 && values.length >= 4 * keys)) values[at] = bottom;
  }
  return rounded(values, dtype);
}

/** NaN in keys and values that no query sees. */
function poisonHidden(s: AttentionShape, k: Float32Array, v: Float32Array, lengths: Uint32Array | undefined): void {
  const first = s.window > 0 ? Math.max(0, s.offset - s.window + 1) : 0;
  const end = Math.min(
    s.causal ? s.queries + s.offset : s.keys,
    s.mask === 'none' ? s.keys : s.keys - paddedKeys(s.keys),
  );
  for (let token = 0; token < s.batch * s.kvHeads * s.keys; token++) {
    const key = token % s.keys;
    const length = lengths ? lengths[Math.floor(token / (s.kvHeads * s.keys))] : s.keys;
    if (key >= first && key < end && key < length) continue;
    k.fill(Number.NaN, token * s.dim, (token + 1) * s.dim);
    v.fill(Number.NaN, token * s.valueDim, (token + 1) * s.valueDim);
  }
}

/**
 * NaN in rows of queries that see no key, `width` elements each: in the queries themselves and, on the way back, in the
 * gradients of their outputs.
 */
export function poisonBlind(
  s: AttentionShape,
  rows: Float32Array,
  width: number,
  { mask, lengths }: { readonly mask?: Tensors[string]; readonly lengths?: Tensors[string] },
): void {
  const { heads, queries, keys } = s;
  const [ofBatch, ofHeads, ofQueries] = s.maskDims;
  const hidden = s.mask === 'additive' ? HIDDEN : 0;
  for (let row = 0; row < s.batch * heads * queries; row++) {
    const query = row % queries;
    const head = Math.floor(row / queries) % heads;
    const sequence = Math.floor(row / (queries * heads));
    const [first, end] = visibleSpan(s, query, lengths?.[sequence]);
    const at = (((sequence % ofBatch) * ofHeads + (head % ofHeads)) * ofQueries + (query % ofQueries)) * keys;
    let seen = first;
    while (mask && seen < end && mask[at + seen] === hidden) seen++;
    if (seen >= end) rows.fill(Number.NaN, row * width, (row + 1) * width);
  }
}
