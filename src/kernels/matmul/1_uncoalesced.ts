import { number } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { placement, productPlan, workgroupSides } from './product.ts';

export default {
  id: '1_uncoalesced',
  op: 'matmul',
  title: 'Neighbours along a column',
  teaches:
    'What a beginner writes: one invocation for each element, one loop over k. It is right, but in one step neighbouring lanes sit in rows of A a whole row apart: each touches a line of memory of its own and uses one element of it.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [...workgroupSides(16, 16), ...placement()],
  plan(problem, knobs) {
    const [width, height] = [number(knobs, 'WX'), number(knobs, 'WY')];
    const { m, n } = problem.shape;
    return productPlan({
      problem,
      knobs,
      id: '1_uncoalesced',
      width: 1,
      pass: {
        workgroups: [Math.ceil(m / width), Math.ceil(n / height), 1],
        workgroupSize: [width, height, 1],
        overrides: { WX: width, WY: height },
      },
      tile: { rows: width, columns: height },
      lane: (row, column) => column * width + row,
    });
  },
} satisfies Kernel;
