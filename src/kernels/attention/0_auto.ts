import { Failure } from '../../core/errors.ts';
import type { Problem } from '../../ops/types.ts';
import { tunedChoice } from '../tuned.ts';
import type { Capabilities, Kernel, Knobs } from '../types.ts';
import threePasses from './1_three_passes.ts';
import oneRescale from './5_one_rescale.ts';
import vectorLoads from './6_vector_loads.ts';
import skippedTiles from './7_skipped_tiles.ts';
import subgroups from './8_subgroups.ts';
import halfTiles from './9_half_tiles.ts';
import splitKeys from './11_split_keys.ts';
import { choose } from './choice.ts';
import { placement } from './knobs.ts';
import { attentionNumerics } from './plan.ts';

/** All that may win: right for every shape, and run by the tests. */
const CANDIDATES: readonly Kernel[] = [
  threePasses,
  oneRescale,
  vectorLoads,
  skippedTiles,
  subgroups,
  halfTiles,
  splitKeys,
];

export default {
  id: '0_auto',
  op: 'attention',
  title: 'The best of the others',
  teaches:
    'It has no WGSL of its own: it takes the kernel and the knobs that were measured fastest near this shape on this adapter, or else what the rules for its kind of adapter and shape say. Prefill and decoding never have the same winner.',
  dtypes: ['f32', 'f16'],
  features: [],
  shader: 'attention/7_skipped_tiles.wgsl',
  knobs: placement(16),
  plan(problem, knobs, device) {
    const chosen = choice(problem, knobs, device);
    return chosen.kernel.plan(problem, chosen.knobs, device);
  },
  numerics(problem, knobs, device) {
    // Whatever is chosen rescales at most with every key.
    if (!device) return attentionNumerics(problem, 1);
    const chosen = choice(problem, knobs, device);
    return chosen.kernel.numerics(problem, chosen.knobs, device);
  },
} satisfies Kernel;

/** The kernel with all of its knobs; how the data lie is as given. */
function choice(problem: Problem, given: Knobs, device: Capabilities): { kernel: Kernel; knobs: Knobs } {
  const tuned = tunedChoice(CANDIDATES, problem, given, device);
  if (tuned) return tuned;
  const chosen = choose(problem, given, device);
  const kernel = CANDIDATES.find(({ id }) => id === chosen.kernel);
  if (!kernel) throw new Failure('internal', `0_auto chose ${chosen.kernel}, which is no candidate`);
  const knobs = kernel.knobs.map((knob) => [knob.key, (knob.fixed ? given : chosen.knobs)[knob.key] ?? knob.default]);
  return { kernel, knobs: Object.fromEntries(knobs) };
}
