/**
 * The grid: time against the number of workgroups, each with the same arithmetic. While every workgroup has a core to itself,
 * more of them take no longer; then the time rises by a whole wave at once, and the last wave may leave most cores idle.
 */
import { type Point, staircase } from '../core/steps.ts';
import { checkWords, LANES } from './parts/shared.ts';
import type { Found, Probe, Row, Setting, Step } from './types.ts';

function counts({ capabilities, quick }: Setting): readonly number[] {
  if (capabilities.software) return Array.from({ length: 16 }, (_, i) => i + 1);
  const step = quick ? 8 : 4;
  return [
    1,
    2,
    4,
    ...Array.from({ length: 512 / step }, (_, i) => step * (i + 1)).filter((n) => n > 4),
    1024,
    2048,
    4096,
  ];
}

function grid(setting: Setting, groups: number): Step {
  const rounds = setting.capabilities.software ? 33 : 257;
  return {
    at: { workgroups: groups },
    group: 'grid',
    work: {
      kind: 'dispatch',
      pass: {
        shader: 'probes/roofs.wgsl',
        entry: 'multiply_add_4',
        workgroups: [groups, 1, 1],
        workgroupSize: [LANES, 1, 1],
        p: { rows: 1, items: 4, laps: 1, ahead: 0, rounds },
      },
    },
    quantities: [{ key: 'rate', title: 'Rate', unit: 'FLOP', count: 2 * 8 * 16 * rounds * groups * LANES }],
    model: [],
    // Four chains of four numbers each: see `multiply_add_4`.
    check: checkWords('sums', groups * LANES, setting.seed, (lane) => 4 * (4 * (lane & 7) + 6 + 32)),
  };
}

export default {
  id: 'grid',
  order: 8,
  title: 'Grid: waves of workgroups, and the tail',
  asks: 'How many workgroups run side by side, and what does one too many cost?',
  inFingerprint: true,
  panels: [
    {
      title: 'Time of the whole grid, up to 512 workgroups',
      where: ({ workgroups }) => Number(workgroups) <= 512,
      x: { scale: 'linear', keys: ['workgroups'], title: 'Workgroups' },
      y: { key: null, scale: 'linear' },
    },
  ],
  plan(setting) {
    const all = counts(setting);
    return {
      buffers: [
        { name: 'sums', bytes: 4 * LANES * Math.max(...all) },
        { name: 'one', bytes: 16, words: () => new Uint32Array([1]) },
      ],
      setup: [],
      steps: all.map((groups) => grid(setting, groups)),
    };
  },
  find(rows, { seed }) {
    const points = rows.flatMap(({ at, medianNs }): Point[] =>
      medianNs === null ? [] : [{ x: Number(at.workgroups), y: medianNs }],
    );
    return [wave(points, seed), worst(rows)];
  },
} satisfies Probe;

function wave(points: readonly Point[], seed: number): Found {
  const about = { key: 'wave', title: 'Workgroups in the first wave', unit: '' };
  const [first] = staircase(points, seed).steps;
  if (!first)
    return {
      ...about,
      value: null,
      interval: null,
      says: 'no wave shown',
      withheld: 'the time has no step, or only a slope',
    };
  return {
    ...about,
    value: first.above,
    interval: [first.above, first.below],
    says: `one more than this many, or than up to ${first.below}, takes ${first.ratio.toFixed(2)} times the time`,
    withheld: null,
  };
}

/** The grid that does worst beside the next smaller one. */
function worst(rows: readonly Row[]): Found {
  const rated = rows.flatMap((row) => {
    const rate = row.measures.find(({ key }) => key === 'rate')?.value;
    return rate === undefined ? [] : [{ groups: Number(row.at.workgroups), rate }];
  });
  const about = { key: 'tail', title: 'The tail', unit: '% of the rate of the grid before it' };
  let least = { share: Number.POSITIVE_INFINITY, from: 0, to: 0 };
  for (const [i, { groups, rate }] of rated.entries()) {
    const before = rated[i - 1];
    if (before && rate / before.rate < least.share)
      least = { share: rate / before.rate, from: before.groups, to: groups };
  }
  if (!(least.share < 1))
    return {
      ...about,
      value: null,
      interval: null,
      says: 'no tail shown',
      withheld: 'no larger grid has a lower rate',
    };
  return {
    ...about,
    value: 100 * least.share,
    interval: null,
    says: `${least.to} workgroups instead of ${least.from}`,
    withheld: null,
  };
}
