/** Sums in which rounding errors add up instead of averaging out: what right kernels find hardest. */

/** Term `i` of `count`. */
export type Profile = (i: number, count: number) => number;

const SMALL = 2 ** -24;

/** Terms of sums of products, before a factor that all of them share. */
export const TERMS: Readonly<Record<string, Profile>> = {
  equal: () => 0.447,
  'one, then small': (i) => (i === 0 ? 1 : 0.7 * SMALL),
  'one, then smaller': (i) => (i === 0 ? 1 : 0.3 * SMALL),
  'small, then one': (i, count) => (i === count - 1 ? 1 : 0.7 * SMALL),
  'one in the middle': (i, count) => (i === count >> 1 ? 1 : 0.7 * SMALL),
  rising: (i, count) => ((i + 0.37) / count) ** 2,
  falling: (i, count) => ((count - i - 0.63) / count) ** 2,
  'equal, of both signs': (i, count) => (i < count >> 1 ? 0.447 : -0.447),
};

/** Scores of a softmax, or of a query. */
export const SCORES: Readonly<Record<string, Profile>> = {
  equal: () => 0.3,
  'equal, high': () => 180.3,
  ...Object.fromEntries(
    [10, 11, 12, 13, 14, 15, 16, 17, 18].map((sink): [string, Profile] => [
      `sink ${sink}`,
      (i) => (i === 0 ? sink : 0),
    ]),
  ),
  'sink in the middle': (i, count) => (i === count >> 1 ? 13.3 : 0.1),
  'sink last': (i, count) => (i === count - 1 ? 16.6 : 0),
  'sink, high': (i) => (i === 0 ? 114.3 : 100.1),
  rising: (i, count) => (20 * (i + 0.37)) / count,
  falling: (i, count) => (20 * (count - i - 0.37)) / count,
  sorted: (i, count) => Math.log((i + 0.5) / (count - i - 0.5)),
  reversed: (i, count) => Math.log((count - i - 0.5) / (i + 0.5)),
  'a little lower first': (i) => (i === 0 ? -7.7 : 0.2),
  'a little higher first': (i) => (i === 0 ? 0.4 : 0),
};

/** Values of a key: equal, of both signs, falling, of one sign but for those of a sink. */
export const VALUES: readonly Profile[] = [
  () => 0.7,
  (i) => (i % 2 === 0 ? 0.7 : -0.7),
  (i, count) => ((count - i) / count) ** 2,
  (i) => (i === 0 ? 0 : 1.1),
];
