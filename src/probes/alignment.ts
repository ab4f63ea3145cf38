/**
 * Alignment: the same span read from bases of 0 to 252 bytes, 4, 8 and 16 bytes at a time, and by a kernel that realigns words
 * out of aligned vectors; and read at pitches of 4 to 512 bytes. By the model a request that does not begin on a sector costs
 * one sector more, 5 for 4, and one whose lanes are a sector apart or more costs 32.
 */
import { comparison } from './parts/findings.ts';
import { perUsefulByte, reading, readingPlan, readOnce, type Width } from './parts/reading.ts';
import type { Found, Probe, Row, Step } from './types.ts';

/** Bases in bytes; each load takes those that are multiples of its width. */
const ALL = Array.from({ length: 64 }, (_, i) => 4 * i);
const QUICK = [0, 4, 8, 12, 16, 28, 32, 36, 48, 60, 64, 96, 124, 128, 132, 252];
/** Bytes from lane to lane; each load takes those that are multiples of its width. */
const PITCHES = Array.from({ length: 128 }, (_, i) => 4 * (i + 1));
const QUICK_PITCHES = [4, 8, 12, 16, 32, 48, 128, 132, 512];
const WIDTHS: readonly Width[] = [4, 8, 16];
/** Pitches of which findings say what they cost: from here on each lane has a sector of its own, or a line. */
const APART = [32, 128];

export default {
  id: 'alignment',
  order: 6,
  title: 'Alignment: unaligned bases, and pitches',
  asks: 'What does reading from an unaligned base cost, and does the device hide it?',
  inFingerprint: true,
  bounded: readOnce,
  worth: 8,
  panels: [
    {
      title: 'Useful bytes per second, by base',
      where: ({ base }) => base !== undefined,
      x: { scale: 'linear', keys: ['base'], title: 'Base, bytes' },
      y: { key: 'bytes', scale: 'linear' },
      series: 'load',
      model: 'sectors',
    },
    {
      title: 'Useful bytes per second, by the pitch between lanes',
      where: ({ pitch }) => pitch !== undefined,
      x: { scale: 'log', keys: ['pitch'], title: 'Pitch', unit: 'B' },
      y: { key: 'bytes', scale: 'linear' },
      series: 'load',
      model: 'sectors',
    },
  ],
  plan(setting) {
    const bases = setting.quick ? QUICK : ALL;
    const steps = WIDTHS.flatMap((width) =>
      bases
        .filter((base) => base % width === 0)
        .map(
          (base): Step =>
            reading(setting, {
              at: { load: `${width} B`, base },
              group: `${width} B`,
              width,
              stride: 1,
              base: base / width,
            }),
        ),
    );
    const realigned = [0, 4, 8, 12].map((base) =>
      reading(setting, {
        at: { load: '16 B, realigned', base },
        group: '16 B',
        width: 16,
        stride: 1,
        base: base / 4,
        realigns: true,
      }),
    );
    const apart = WIDTHS.flatMap((width) =>
      (setting.quick ? QUICK_PITCHES : PITCHES)
        .filter((pitch) => pitch % width === 0)
        .map((pitch) =>
          reading(setting, {
            at: { load: `${width} B`, pitch },
            group: `pitch, ${width} B`,
            width,
            stride: pitch / width,
            base: 0,
          }),
        ),
    );
    return readingPlan(setting, [...steps, ...realigned, ...apart].map(spared));
  },
  find(rows, { seed }) {
    return [
      ...WIDTHS.map((width) => shifted(rows, `${width} B`, `${width} B`, width, seed)),
      shifted(rows, '16 B', '16 B, realigned', 4, seed),
      ...WIDTHS.flatMap((width) => APART.map((pitch) => spread(rows, width, pitch, seed))),
    ];
  },
} satisfies Probe;

/**
 * Findings compare base 0 with the first that is not aligned. All pitches can be spared, those least that findings compare, and
 * then those of the quick form, which are spread over all of them.
 */
function spared(step: Step): Step {
  const { load, base, pitch } = step.at;
  const width = Number.parseInt(String(load), 10);
  const first = load === '16 B, realigned' ? 4 : width;
  if (base !== undefined) return Number(base) > first ? { ...step, spare: Number(base) } : step;
  const bytes = Number(pitch);
  if (bytes === width || APART.includes(bytes)) return { ...step, spare: 0 };
  return { ...step, spare: QUICK_PITCHES.includes(bytes) ? bytes : 512 + bytes };
}

/** The time from a base against that from 0, within the same rounds. */
function shifted(rows: readonly Row[], from: string, load: string, base: number, seed: number): Found {
  const row = (name: string, at: number): Row | undefined =>
    rows.find((one) => one.at.load === name && one.at.base === at);
  const about = { key: `${load} ${base}`, title: `Loads of ${load} from byte ${base} against aligned ones` };
  return besideModel(about, row(load, base), row(from, 0), seed);
}

/** The time for each useful byte at a pitch against that of lanes side by side, within the same rounds. */
function spread(rows: readonly Row[], width: Width, pitch: number, seed: number): Found {
  const load = `${width} B`;
  const row = (at: number): Row | undefined => rows.find((one) => one.at.load === load && one.at.pitch === at);
  const about = { key: `pitch ${load} ${pitch}`, title: `Loads of ${load}, ${pitch} bytes apart against side by side` };
  return besideModel(
    about,
    perUsefulByte(row(pitch)),
    perUsefulByte(row(width)),
    seed,
    'times are for each useful byte; ',
  );
}

/**
 * Whether the device hides the sectors that the model has more of: it does where all of the interval is below half of what they
 * would add.
 */
function besideModel(
  about: Pick<Found, 'key' | 'title'>,
  other: Row | undefined,
  plain: Row | undefined,
  seed: number,
  each = '',
): Found {
  const times = (key: string): number => {
    const of = (which: Row | undefined): number => which?.model.find((one) => one.key === key)?.value ?? Number.NaN;
    return of(other) / of(plain);
  };
  const [sectors, lines] = [times('sectors'), times('lines')];
  const found = comparison(
    about,
    other,
    plain,
    seed,
    `${each}the model asks for ${sectors.toFixed(2)} times the sectors and ${lines.toFixed(2)} times the lines`,
  );
  if (!found.interval) return found;
  const [low, high] = found.interval;
  const half = 1 + (sectors - 1) / 2;
  const hidden =
    high < half
      ? 'the device hides most of the extra sectors'
      : low > half
        ? 'most of the extra sectors show in the time'
        : 'whether the time shows them is not certain';
  return { ...found, says: `${found.says}; ${hidden}` };
}
