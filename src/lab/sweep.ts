/** Sweeps: one request varied over several axes, as a product, the first axis slowest. */
import type { KnobValue } from '../kernels/types.ts';
import type { Request } from './protocol.ts';
import type { Result } from './result.ts';

export interface Axis {
  readonly key: string;
  /** Whether the key is one of the kernel's knobs or one of the operation's parameters. */
  readonly of: 'knob' | 'shape';
  readonly values: readonly KnobValue[];
}

/** Every combination of the axes' values; `base` itself where there are no axes. */
export function sweep(base: Request, axes: readonly Axis[]): Request[] {
  return axes.reduce<Request[]>(
    (requests, axis) =>
      requests.flatMap((request) => [...new Set(axis.values)].map((value) => set(request, axis, value))),
    [base],
  );
}

function set(request: Request, { key, of }: Axis, value: KnobValue): Request {
  return of === 'knob'
    ? { ...request, knobs: { ...request.knobs, [key]: value } }
    : { ...request, shape: { ...request.shape, [key]: Number(value) } };
}

/** What a result has at an axis. */
export function valueAt(result: Result, { key, of }: Axis): KnobValue | undefined {
  return of === 'knob' ? result.knobs[key] : result.shape[key];
}
