import { countKnob, number } from '../knobs.ts';
import type { Kernel, Knob } from '../types.ts';
import { productPlan } from './product.ts';
import { oneBlockEach, staged, stagedKnobs } from './staged.ts';

/** Rows of tiles walked together: shared by the kernels that swizzle. */
export const bandKnob: Knob = countKnob(
  'BAND',
  'Band',
  'rows of tiles',
  8,
  [1, 2, 4, 8, 16, 32],
  'Rows of tiles walked together: with as many as there are columns of running tiles, the piece of C in flight is square. 1 is the order of kernel 8.',
);

export default {
  id: '13_swizzled',
  op: 'matmul',
  title: 'Workgroups in an order that suits the cache',
  from: [8],
  teaches:
    'Only the order of the tiles changes: BAND rows of tiles are walked column by column, so that the workgroups that run at one time cover a nearly square piece of C and read less of A and B together. It gains where B does not fit the second-level cache.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [bandKnob, ...stagedKnobs],
  plan(problem, knobs) {
    const plan = oneBlockEach(staged(problem, knobs));
    const BAND = number(knobs, 'BAND');
    return productPlan({
      ...plan,
      id: '13_swizzled',
      pass: { ...plan.pass, overrides: { ...plan.pass.overrides, BAND } },
    });
  },
} satisfies Kernel;
