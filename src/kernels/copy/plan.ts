/** What the copies have in common: their buffers and parameters. */
import { NEEDS } from '../../core/format.ts';
import { dense } from '../../core/layout.ts';
import type { Problem } from '../../ops/types.ts';
import { params, solution } from '../draft.ts';
import { fold, number } from '../knobs.ts';
import type { Capabilities, Knobs, Solution } from '../types.ts';

/** The plan of a copy by `width` elements for each invocation; x is padded to whole loads, y is not. */
export function copyPlan(id: string, problem: Problem, knobs: Knobs, device: Capabilities, width: 1 | 4): Solution {
  const { elements } = problem.shape;
  const type = problem.dtype;
  const size = number(knobs, 'WORKGROUP');
  const vectors = Math.ceil(elements / width);
  const shader = `copy/${id}.wgsl`;
  const padded = { ...dense([elements]), length: vectors * width };
  return solution({
    shader,
    constants: {},
    aliases: width === 4 ? { Elem4: `vec4<${type}>` } : { Elem: type },
    enables: NEEDS[type].enables,
    features: NEEDS[type].features,
    buffers: [
      { use: 'input', name: 'x', tensor: 'x', type, layout: padded, ...(width === 4 ? { padding: 'zero' } : {}) },
      { use: 'output', name: 'y', tensor: 'y', type, layout: padded },
      params(shader, { elements, ...(width === 4 ? { vectors } : {}) }),
    ],
    passes: [
      {
        entry: 'copyElements',
        workgroups: fold(Math.ceil(vectors / size), device),
        workgroupSize: [size, 1, 1],
        overrides: { WORKGROUP: size },
      },
    ],
    lane: (row, column) => Math.floor((row * rowLengthOf(elements) + column) / width) % size,
    numerics: { output: type },
  });
}

/** Elements in a row of the judge's view. */
function rowLengthOf(elements: number): number {
  return elements % 1024 === 0 ? 1024 : 1;
}
