/**
 * Queries, keys and values in which every query's row of scores is of some special kind, over all sequences and heads, and
 * known to a few units in the last place.
 *
 * The elements of a head are channels, of which a query uses one or two, so that a score is a product or the sum of two:
 *   - ramp: keys rise from 0 to 1; a query's sign and size make scores that rise or fall, as steeply as wanted;
 *   - level: every key has 1; a query lifts or lowers all of its scores alike;
 *   - spike: all keys hold -GONE but for a group of one, two, three or eight, which hold long mantissas from -DEPTH to 0. Their
 *     queries see those keys alone, or with a negative factor all keys but those. Each channel has another group, whose
 *     places cover the keys as `places` does; in every eighth the group's values are 0, as those of attention sinks nearly
 *     are: the others' small weights are then all of the output.
 * A query that uses no channel has scores of exactly 0. Values are long mantissas too, and in every fourth column of many
 * sizes.
 */
import type { DType } from '../core/format.ts';
import { round } from '../core/half.ts';
import { Random } from '../core/random.ts';
import { type AttentionShape, visibleSpan } from './attention-shape.ts';
import { places } from './inputs.ts';

/** exp(-x) is 0 in binary32 from about here on, and exp(x) infinity from 88.8. */
const GONE = 128;
/** How far apart the scores of a group are at most. */
const DEPTH = 6;
/** The smallest differences within a group are DEPTH 2^-20. */
const SHALLOW = 20;
const GROUPS = [1, 2, 1, 3, 1, 8] as const;
/** Every so many spike channels the values of the group are 0. */
const SINKS = 8;
/** Deepest and highest levels; of f16, whose largest element limits them too. */
const FARTHEST: Readonly<Record<DType, number>> = { f32: 6e4, f16: 4000 };
/** Where all scores of a row are equal, they may lie farther: as far as a gradient of them stays finite. */
const EQUAL: Readonly<Record<DType, number>> = { f32: 1e24, f16: 4000 };
/** Steepest ramps. */
const STEEPEST: Readonly<Record<DType, number>> = { f32: 1e4, f16: 2000 };
/** Powers of two between which every fourth column's values lie. */
const SIZES: Readonly<Record<DType, readonly [number, number]>> = { f32: [-20, 17], f16: [-8, 8] };

/** Largest element of a query: of f16, 65,504. */
const MOST: Readonly<Record<DType, number>> = { f32: 3e38, f16: 60_000 };
/** One in so many values is 0. */
const ZEROS = 16;
/** Powers of two, up and down, by which columns of queries, keys and values are scaled. */
const SPREAD: Readonly<Record<DType, number>> = { f32: 16, f16: 0 };
/** Spike channels that are looked at for one whose key the query sees. */
const TRIES = 16;

/** What the elements of one key head hold. */
interface Channels {
  readonly ramp: number;
  readonly level: number;
  readonly spikes: readonly Spike[];
}

interface Spike {
  readonly channel: number;
  readonly group: readonly number[];
  readonly isSink: boolean;
}

export interface MixedRows {
  readonly q: Float32Array;
  readonly k: Float32Array;
  readonly v: Float32Array;
}

/** `lengths` as the problem has them; a scale that is a power of two adds no rounding of its own. */
export function mixedAttention(s: AttentionShape, dtype: DType, seed: number, lengths?: Uint32Array): MixedRows {
  const random = new Random(seed, 'mixed rows');
  const k = new Float32Array(s.batch * s.kvHeads * s.keys * s.dim);
  const v = new Float32Array(s.batch * s.kvHeads * s.keys * s.valueDim);
  const q = new Float32Array(s.batch * s.heads * s.queries * s.dim);
  const heads = s.batch * s.kvHeads;
  const spikes = Math.max(1, s.dim - 2);
  const at = places(random, heads * spikes, s.keys);
  const share = s.heads / s.kvHeads;
  for (let head = 0; head < heads; head++) {
    const channels = channelsOf(s, random, head + seed, at.subarray(head * spikes, (head + 1) * spikes));
    fillKeys(s, dtype, random, channels, k.subarray(head * s.keys * s.dim, (head + 1) * s.keys * s.dim));
    fillValues(
      s,
      dtype,
      random,
      channels,
      head,
      v.subarray(head * s.keys * s.valueDim, (head + 1) * s.keys * s.valueDim),
    );
    const length = lengths?.[Math.floor(head / s.kvHeads)];
    // Where there are few queries, heads start at different kinds.
    const first = random.integer(0, 2 ** 10);
    for (let row = 0; row < share * s.queries; row++) {
      const start = (head * share * s.queries + row) * s.dim;
      const seen = visibleSpan(s, row % s.queries, length);
      fillQuery(s, dtype, random, channels, first + row, seen, q.subarray(start, start + s.dim));
    }
    const scales = channelScales(s, dtype, random, channels);
    scaleColumns(k, head * s.keys, s.keys, scales);
    scaleColumns(
      q,
      head * share * s.queries,
      share * s.queries,
      scales.map((scale) => 1 / scale),
    );
  }
  scaleColumns(v, 0, heads * s.keys, columnScales(s.valueDim, dtype, seed));
  return { q, k, v };
}

/**
 * Powers of two by which the columns of the values are scaled, and a gradient of the output by their inverses, which changes
 * no product of the two: kernels that clamp values, or take small ones for 0, are wrong in some column.
 */
export function columnScales(valueDim: number, dtype: DType, seed: number): Float64Array {
  const random = new Random(seed, 'column scales');
  return Float64Array.from({ length: valueDim }, (_, c) => spread(random, c, dtype));
}

/** The same for the elements of keys and queries. The level stays as it is: it reaches far enough. */
function channelScales(s: AttentionShape, dtype: DType, random: Random, { level }: Channels): Float64Array {
  return Float64Array.from({ length: s.dim }, (_, c) => (c === level ? 1 : spread(random, c, dtype)));
}

/** One in four is very small, one very large. */
function spread(random: Random, column: number, dtype: DType): number {
  const most = SPREAD[dtype];
  const share = column % 4 === 2 ? -1 : column % 4 === 3 ? 1 : random.uniform(-1, 1);
  return 2 ** Math.round(most * share);
}

/** Multiplies each column of rows [first, first + count) by a factor of its own. */
export function scaleColumns(values: Float32Array, first: number, count: number, factors: Float64Array): void {
  const width = factors.length;
  for (let at = first * width; at < (first + count) * width; at += width) {
    for (let c = 0; c < width; c++) values[at + c] *= factors[c];
  }
}

/** A head of one element has a ramp or a spike, one of two has both, larger ones have all three. */
function channelsOf(s: AttentionShape, random: Random, turn: number, at: Int32Array): Channels {
  const { dim, keys } = s;
  const ramp = dim > 1 || turn % 2 === 1 ? 0 : -1;
  const level = dim > 2 ? 1 : -1;
  const first = dim > 2 ? 2 : dim === 2 ? 1 : 0;
  const count = dim === 1 && ramp === 0 ? 0 : dim - first;
  const spikes = Array.from({ length: count }, (_, nth): Spike => {
    const group = new Set([at[nth]]);
    const size = Math.min(GROUPS[nth % GROUPS.length], keys);
    while (group.size < size) group.add(random.integer(0, keys - 1));
    return { channel: first + nth, group: [...group], isSink: nth % SINKS === SINKS - 1 };
  });
  return { ramp, level, spikes };
}

function fillKeys(
  { keys, dim }: AttentionShape,
  dtype: DType,
  random: Random,
  { ramp, level, spikes }: Channels,
  k: Float32Array,
): void {
  k.fill(-GONE);
  for (let j = 0; j < keys; j++) {
    if (ramp >= 0) k[j * dim + ramp] = round(keys > 1 ? j / (keys - 1) : 1, dtype);
    if (level >= 0) k[j * dim + level] = 1;
  }
  for (const { channel, group } of spikes) {
    // Of many sizes, so that scores close to 0 count as well.
    for (const j of group) k[j * dim + channel] = round(-DEPTH * 2 ** random.uniform(-SHALLOW, 0), dtype);
    // The one whose place was chosen comes first.
    k[group[0] * dim + channel] = round(-random.uniform(0, 1 / 2), dtype);
  }
}

function fillValues(
  { keys, valueDim }: AttentionShape,
  dtype: DType,
  random: Random,
  { spikes }: Channels,
  head: number,
  v: Float32Array,
): void {
  const [low, high] = SIZES[dtype];
  for (let j = 0; j < keys; j++) {
    // A value may be 0 altogether: one that is skipped for it still has a weight.
    const isZero = keys >= ZEROS && random.bits() % ZEROS === 0;
    for (let c = 0; c < valueDim; c++) {
      const size = (c + head) % 4 === 3 ? 2 ** random.integer(low, high) : 1;
      v[j * valueDim + c] = isZero ? 0 : round((random.bits() & 1 ? 1 : -1) * random.uniform(0.5, 1) * size, dtype);
    }
  }
  for (const { group, isSink } of spikes) {
    if (isSink) for (const j of group) v.fill(0, j * valueDim, (j + 1) * valueDim);
  }
}

/**
 * Kinds in turn; the spike channels in turn as well, so that each is used where there are queries enough, and the next ones
 * where the query does not see the key that one singles out.
 */
function fillQuery(
  s: AttentionShape,
  dtype: DType,
  random: Random,
  { ramp, level, spikes }: Channels,
  row: number,
  [first, end]: readonly [number, number],
  q: Float32Array,
): void {
  const unit = 1 / s.scale;
  const sign = (): number => (random.bits() & 1 ? 1 : -1);
  const far = (least: number, most: number): number => Math.exp(random.uniform(Math.log(least), Math.log(most)));
  const put = (channel: number, score: number): void => {
    if (channel >= 0) q[channel] = round(Math.sign(score) * Math.min(Math.abs(score) * unit, MOST[dtype]), dtype);
  };
  const lift = (): void => put(level, sign() * far(200, FARTHEST[dtype]));
  if (row % 2 === 0 && spikes.length > 0) {
    let nth = (row >> 1) % spikes.length;
    const isSeen = ({ group: [place] }: Spike): boolean => place >= first && place < end;
    for (let tries = 0; tries < TRIES && !isSeen(spikes[nth]); tries++) nth = (nth + 1) % spikes.length;
    const spike = spikes[nth];
    const { channel } = spike;
    if (spike.isSink) {
      // The others lie 10 to 40 below the keys whose values are 0; every other time so that only all of them together count.
      put(channel, (random.bits() & 1 ? random.uniform(10, 40) : random.uniform(11, 15)) / GONE);
      return;
    }
    switch (Math.floor((row >> 1) / spikes.length + (row >> 1)) % 6) {
      case 0:
        put(channel, random.uniform(1, 2));
        put(level, sign() * 200);
        return;
      case 1:
        // So steep that the largest of the group is most of it.
        put(channel, random.uniform(32, 64));
        return;
      case 2:
        put(channel, random.uniform(1, 2));
        lift();
        return;
      default:
        put(channel, random.uniform(1, 2));
        return;
    }
  }
  switch ((row >> 1) % 9) {
    case 0:
      put(ramp, far(2 ** -10, 64));
      return;
    case 1:
      // Scores of exactly 0.
      return;
    case 2:
      put(level, -far(200, FARTHEST[dtype]));
      put(ramp, sign() * random.uniform(1, 8));
      return;
    case 3:
      put(ramp, -far(2 ** -10, 64));
      return;
    case 4:
      put(level, far(200, FARTHEST[dtype]));
      put(ramp, sign() * random.uniform(1, 8));
      return;
    case 5:
      put(ramp, far(100, STEEPEST[dtype]));
      return;
    case 6:
      // Another scale than a power of two rounds the level itself, by more than scores may differ.
      put(level, sign() * far(1, Number.isInteger(Math.log2(s.scale)) ? EQUAL[dtype] : 200));
      return;
    case 7:
      put(ramp, -far(100, STEEPEST[dtype]));
      return;
    default:
      // All keys but those of a group.
      if (spikes.length > 0) put(spikes[random.integer(0, spikes.length - 1)].channel, -random.uniform(1, 2));
  }
}
