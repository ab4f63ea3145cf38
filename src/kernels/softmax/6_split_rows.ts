import { fold, number, workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { softmaxPlan } from './plan.ts';

export default {
  id: '6_split_rows',
  op: 'softmax',
  title: 'Long rows split over workgroups',
  from: [4],
  teaches:
    'With one workgroup for each row, a single long row leaves most of the device idle. Here each part of a row has a workgroup of its own; a second pass merges the parts and divides. It is slower where there are enough rows to fill the device.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [
    workgroupKnob(64),
    {
      key: 'SPLIT',
      title: 'Vectors of a part',
      unit: 'vec4s',
      default: 1024,
      values: [16, 64, 256, 1024, 4096],
      doc: 'What one workgroup walks through: fewer of them make more workgroups, and more parts to merge.',
    },
  ],
  plan(problem, knobs, device) {
    const size = number(knobs, 'WORKGROUP');
    const split = number(knobs, 'SPLIT');
    const { rows, columns } = problem.shape;
    const parts = Math.ceil(columns / 4 / split);
    const pass = {
      workgroups: fold(rows * parts, device),
      workgroupSize: [size, 1, 1] as const,
      overrides: { WORKGROUP: size, SPLIT: split, SPLITS: parts },
    };
    return softmaxPlan({
      problem,
      id: '6_split_rows',
      // Each lane rescales with every vector of its own.
      keyTile: 4,
      width: 4,
      partialBytes: 8 * rows * parts,
      passes: [
        { ...pass, entry: 'sumParts' },
        { ...pass, entry: 'divide' },
      ],
      lane: (_row, column) => (Math.floor(column / 4) % split) % size,
    });
  },
} satisfies Kernel;
