/** Reading every n-th element: what is wanted shrinks, and what memory sends does not. Sectors and lines by the model beside the time. */
import { reading, readingPlan, type Width } from './parts/reading.ts';
import type { Probe, Step } from './types.ts';

const POWERS = [1, 2, 4, 8, 16, 32, 64, 128];

export default {
  id: 'stride',
  order: 4,
  title: 'Stride: how much of what memory sends is wanted',
  asks: 'What does reading every n-th element cost, and from which stride on does each load pay for a sector of its own?',
  inFingerprint: false,
  panels: [
    {
      title: 'Bytes that were wanted, a second',
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
  find(rows) {
    const rate = (load: string, stride: number): number | undefined =>
      rows.find(({ at }) => at.load === load && at.stride === stride)?.measures[0]?.value;
    return ['4 B', '16 B'].flatMap((load) => {
      const one = rate(load, 1);
      return [8, 32].flatMap((stride) => {
        const other = rate(load, stride);
        if (!one || !other) return [];
        return [
          {
            key: `stride-${load}-${stride}`,
            title: `Loads of ${load}, stride ${stride}`,
            unit: '% of the bytes a second of stride 1',
            value: (100 * other) / one,
            interval: null,
            says: 'bytes that are wanted',
            withheld: null,
          },
        ];
      });
    });
  },
} satisfies Probe;
