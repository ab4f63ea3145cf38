/** The problems that mutants meet, with knobs for each: odd sizes, even ones, single elements, edges of tiles, unusual places. */
import { Refusal } from '../../src/core/errors.ts';
import { Random } from '../../src/core/random.ts';
import { shaderPath } from '../../src/kernels/index.ts';
import type { Capabilities, Kernel, Knobs } from '../../src/kernels/types.ts';
import { planRequest } from '../../src/lab/plan.ts';
import type { Request } from '../../src/lab/protocol.ts';
import { type Broken, broken } from './broken.ts';

/** Draws of knobs before a case is given up for a kernel that refuses them all. */
const TRIES = 100;
/** Share of its named knobs that a draw keeps after the first, which the kernel or the device refused. */
const KEPT = 0.8;

/** False for a kernel that picks another's WGSL, and has none to edit. */
export function hasShader(kernel: Kernel): boolean {
  return shaderPath(kernel) === `${kernel.op}/${kernel.id}.wgsl`;
}

/** The requests that each mutant of `kernel` meets, in order; those that the device or the kernel refuses are left out. */
export function requestsFor(kernel: Kernel, device: Capabilities): Request[] {
  if (!hasShader(kernel)) return [];
  const { cases } = broken.get(kernel.op) as Broken;
  return cases.flatMap((one, index) => {
    const { shape, dtype, input } = one;
    const request = {
      op: kernel.op,
      kernel: kernel.id,
      shape,
      ...(dtype ? { dtype } : {}),
      ...(input ? { input } : {}),
    };
    const random = new Random(index, `knobs of ${kernel.op}/${kernel.id}`);
    for (let attempt = 0; attempt < TRIES; attempt++) {
      // Every draw keeps to most of what the case names; the first, to all of it.
      const knobs = Object.fromEntries(
        kernel.knobs.map(({ key, default: rest, values }) => {
          const named = one.knobs?.[key];
          if (named !== undefined && values.includes(named) && (attempt === 0 || random.uniform(0, 1) < KEPT)) {
            return [key, named];
          }
          return [key, attempt + index === 0 ? rest : values[random.integer(0, values.length - 1)]];
        }),
      ) as Knobs;
      try {
        const { problem } = planRequest({ ...request, knobs }, device);
        // A lesson that is wrong as it stands has no mutants.
        return kernel.wrongByDesign?.(problem, knobs) ? [] : [{ ...request, knobs }];
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
      }
    }
    return [];
  });
}
