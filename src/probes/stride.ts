/** Reading every n-th element: fewer bytes are useful, while memory sends as many. The model's sectors and lines stand beside the time. */
import { comparison } from './parts/findings.ts';
import { perUsefulByte, reading, readingPlan, readOnce, type Width } from './parts/reading.ts';
import type { Probe, Row, Step } from './types.ts';

const POWERS = [1, 2, 4, 8, 16, 32, 64, 128];

export default {
  id: 'stride',
  order: 4,
  title: 'Stride: how much of what memory sends is useful',
  asks: 'What does reading every n-th element cost, and from which stride on does each load need a sector of its own?',
  inFingerprint: false,
  bounded: readOnce,
  panels: [
    {
      title: 'Useful bytes per second',
      x: { scale: 'log', keys: ['stride'], title: 'Stride, elements' },
      y: { key: 'bytes', scale: 'linear' },
      series: 'load',
      model: 'sectors',
    },
  ],
  plan(setting) {
    const step = (width: Width, stride: number): Step =>
      reading(setting, { at: { load: `${width} B`, stride }, group: `${width} B`, width, stride, base: 0 });
    return readingPlan(setting, [
      ...POWERS.map((stride) => step(4, stride)),
      ...POWERS.slice(0, 6).map((n) => step(16, n)),
    ]);
  },
  find(rows, { seed }) {
    const row = (load: string, stride: number): Row | undefined =>
      rows.find(({ at }) => at.load === load && at.stride === stride);
    return ['4 B', '16 B'].flatMap((load) =>
      [8, 32].map((stride) => {
        const [other, one] = [row(load, stride), row(load, 1)];
        const about = { key: `stride-${load}-${stride}`, title: `Loads of ${load}, stride ${stride} against stride 1` };
        const sectors = (which: Row | undefined): number => which?.model[0]?.value ?? 0;
        const says = `times are for each useful byte; the model has ${sectors(other)} sectors a request for ${sectors(one)}`;
        return comparison(about, perUsefulByte(other), perUsefulByte(one), seed, says);
      }),
    );
  },
} satisfies Probe;
