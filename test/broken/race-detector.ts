/**
 * A second opinion on races: wgsl_reflect 1.6.0 interprets one workgroup on the processor, all invocations in lockstep,
 * and knows nothing of our trace.
 */
import { loadViews } from '../../src/core/elements.ts';
import { packed } from '../../src/gpu/contents.ts';
import { bufferBytes } from '../../src/gpu/limits.ts';
import type { BufferPlan } from '../../src/gpu/plan.ts';
import { defaultCapabilities, planRequest, sourceOf } from '../../src/lab/plan.ts';
import type { Request } from '../../src/lab/protocol.ts';
import { referenceOf } from '../../src/ops/references.ts';
import type { Tensors } from '../../src/ops/types.ts';

/** What we use of it. */
interface Detector {
  detectRaces(
    code: string,
    entry: string,
    workgroups: readonly number[],
    groups: Readonly<Record<string, Record<string, unknown>>>,
  ): { readonly races: readonly { readonly a: { readonly line: number }; readonly b: { readonly line: number } }[] };
}

/** Its package names an entry for Node that is not a module. */
export async function detector(): Promise<Detector> {
  const path = 'wgsl_reflect/wgsl_reflect.module.js';
  return (await import(path)) as Detector;
}

/** A pair of lines, the smaller first, as "54 and 58". */
export function pairOf(first: number, second: number): string {
  return `${Math.min(first, second)} and ${Math.max(first, second)}`;
}

/**
 * The pairs of lines that it calls races in the first workgroup of the request's only pass; null where it cannot parse or
 * run the kernel: it knows neither subgroups nor all of WGSL's grammar.
 */
export async function racesByReflection(request: Request): Promise<readonly string[] | null> {
  const { detectRaces } = await detector();
  const planned = planRequest(request, defaultCapabilities);
  const inputs = referenceOf(planned.problem.op).inputs(planned.problem);
  await loadViews([planned.problem.dtype]);
  const [pass] = planned.plan.passes;
  const groups = Object.entries(pass.bindings).map(([binding, name]) => {
    const plan = planned.plan.buffers.find((buffer) => buffer.name === name) as BufferPlan;
    return [binding, contentsOf(plan, inputs)] as const;
  });
  const { code } = await sourceOf(planned);
  let races: ReturnType<Detector['detectRaces']>['races'];
  try {
    ({ races } = detectRaces(simplified(code, pass.overrides), pass.entry, [1, 1, 1], {
      0: Object.fromEntries(groups),
    }));
  } catch {
    return null;
  }
  return [...new Set(races.map(({ a, b }) => pairOf(a.line, b.line)))].sort();
}

function contentsOf(plan: BufferPlan, inputs: Tensors): unknown {
  const bytes = bufferBytes(plan);
  if (plan.use === 'input') return packed(plan, inputs[plan.tensor], bytes);
  const memory = new ArrayBuffer(bytes);
  if (plan.use !== 'uniform') return memory;
  new Uint8Array(memory).set(new Uint8Array(plan.data));
  return { uniform: memory };
}

/** Line by line the same, for a parser that stumbles over trailing commas, and takes no override for a length. */
function simplified(code: string, overrides: Readonly<Record<string, number>>): string {
  return code
    .replace(/^(enable|diagnostic)\b.*$/gm, '')
    .replace(/,(\s*)\)/g, '$1)')
    .replace(/override (\w+): (\w+)(?: = ([^;]+))?;/g, (_, name: string, type: string, value?: string) => {
      const set = overrides[name];
      const literal = type === 'bool' ? String(Boolean(set)) : `${set}${type === 'u32' ? 'u' : ''}`;
      return `const ${name}: ${type} = ${set === undefined ? value : literal};`;
    });
}
