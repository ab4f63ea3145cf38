import { number } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { placement, productPlan, workgroupSides } from './product.ts';

export default {
  id: '2_coalesced',
  op: 'matmul',
  title: 'Neighbours along a row',
  from: [1],
  teaches:
    'The two axes of the grid change places, nothing else: in one step the lanes of a row now read neighbouring elements of B and share one element of A. The same instructions and operands, from 3 lines of memory instead of 17.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [...workgroupSides(16, 16), ...placement()],
  plan(problem, knobs) {
    const [width, height] = [number(knobs, 'WX'), number(knobs, 'WY')];
    const { m, n } = problem.shape;
    return productPlan({
      problem,
      knobs,
      id: '2_coalesced',
      width: 1,
      pass: {
        workgroups: [Math.ceil(n / width), Math.ceil(m / height), 1],
        workgroupSize: [width, height, 1],
        overrides: { WX: width, WY: height },
      },
      tile: { rows: height, columns: width },
      lane: (row, column) => row * width + column,
    });
  },
} satisfies Kernel;
