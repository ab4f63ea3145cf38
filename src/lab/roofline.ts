/**
 * Every kernel of every operation as a point under the roofs: its verified time on one problem, the bytes that the problem
 * needs at least, and the bytes that the kernel's requests ask memory for, from its trace. The gap between the two is what
 * caches have to make up for.
 */
import { Refusal } from '../core/errors.ts';
import type { DType } from '../core/format.ts';
import { rated } from '../core/quantity.ts';
import type { Interval } from '../core/statistics.ts';
import { findKernel, kernelsOf, operations } from '../kernels/index.ts';
import { SUBGROUP_MATRICES } from '../kernels/matrices.ts';
import { AUTO } from '../kernels/tuned.ts';
import { defaultMachine, findMachine } from '../model/machines.ts';
import type { Arithmetic, Named } from '../model/roofline.ts';
import type { Operation, Shape } from '../ops/types.ts';
import { tryPlan } from './plan.ts';
import type { Request } from './protocol.ts';
import type { Result } from './result.ts';
import type { TraceRequest, TraceResult } from './trace-result.ts';

export interface RooflinePoint {
  readonly op: string;
  readonly kernel: string;
  readonly shape: Shape;
  readonly dtype: DType;
  /** What it computes with, where that is not f32. */
  readonly arithmetic?: Arithmetic;
  readonly status: Result['status'];
  /** Why it has no time; null where it has one. */
  readonly reason: string | null;
  readonly medianNs: number | null;
  readonly intervalNs: Interval | null;
  /** What is counted in `operations`; empty for a kernel that only moves bytes, which has no place under the roofs. */
  readonly unit: string;
  readonly operations: number | null;
  /** Each input read once and each output written once. */
  readonly compulsoryBytes: number | null;
  /** Sectors of all requests to storage, in bytes; null where there is no trace, and `untraced` says why. */
  readonly tracedBytes: number | null;
  readonly untraced: string | null;
  /** Workgroups that were traced, of how many: the bytes of the others are taken to be like theirs. */
  readonly traced: readonly [workgroups: number, of: number] | null;
}

/** Entries of a trace's log: enough for a few workgroups of any kernel, and quick to read. */
const LOG_ENTRIES = 2 ** 22;
const LIMIT_MS = 60_000;
const BYTE = 'B';

/** How requests are run: by a command line's session or by the page's worker. */
export interface Runner {
  bench(requests: readonly Request[]): Promise<readonly (Result | null)[]>;
  trace(request: TraceRequest): Promise<TraceResult>;
}

/** Kernels that are placed: those that choose among the others would stand twice. */
export function rooflineRequests(operation: Operation, small: boolean, dtype: DType = 'f32'): readonly Request[] {
  return kernelsOf(operation.id)
    .filter(({ id, dtypes }) => id !== AUTO && dtypes.includes(dtype))
    .map(({ op, id }) => ({ op, kernel: id, shape: small ? operation.quick : {}, dtype }));
}

/** Kernels that have no place in a roofline of this type, since they do not take it. */
export function unplaced(dtype: DType, ops: readonly Operation[] = operations): readonly string[] {
  return ops.flatMap(({ id: op }) =>
    kernelsOf(op).flatMap(({ id, dtypes }) => (id === AUTO || dtypes.includes(dtype) ? [] : [`${op} ${id}`])),
  );
}

/** How many points there will be. */
export function rooflineCount(dtype: DType = 'f32', ops: readonly Operation[] = operations): number {
  return ops.reduce((sum, operation) => sum + rooflineRequests(operation, true, dtype).length, 0);
}

/** Data of the points: those of one roofline are all stored as the same type. */
export function dtypeOf(points: readonly Pick<RooflinePoint, 'dtype'>[]): DType {
  return points[0]?.dtype ?? 'f32';
}

/** What a kernel computes with: kernels that store f16 mostly multiply and add in f32. */
function arithmeticOf({ op, kernel: id, shape, dtype, knobs }: Result): Arithmetic {
  const kernel = findKernel(op, id);
  if (!kernel || dtype === 'f32') return 'f32';
  if (kernel.features.includes(SUBGROUP_MATRICES[0])) return 'subgroup matrices';
  const planned = tryPlan({ op, kernel: id, shape, dtype, knobs });
  return planned instanceof Refusal ? 'f32' : (planned.numerics.accumulator ?? 'f32');
}

/**
 * Hands out each point as soon as it stands, on `small` shapes or on those meant for GPUs, of data that are stored as `dtype`.
 * Throws what the runner throws.
 */
export async function roofline(
  runner: Runner,
  small: boolean,
  take: (point: RooflinePoint) => void,
  dtype: DType = 'f32',
  ops: readonly Operation[] = operations,
): Promise<void> {
  for (const operation of ops) {
    const requests = rooflineRequests(operation, small, dtype);
    const results = await runner.bench(requests);
    for (const [index, result] of results.entries()) {
      if (!result) continue;
      const isTimed = result.time?.medianNs != null;
      const request = { request: requests[index], workgroups: 'sample', machine: defaultMachine.id } as const;
      const trace = isTimed ? await runner.trace({ ...request, limitMs: LIMIT_MS, most: LOG_ENTRIES }) : null;
      take(pointOf(result, trace));
    }
  }
}

/** A result and its trace as a point. */
export function pointOf(result: Result, trace: TraceResult | null): RooflinePoint {
  const { op, kernel, shape, dtype, status, time, work } = result;
  const all = rated(work?.quantities ?? []);
  const counted = all.find(({ unit }) => unit !== BYTE);
  const medianNs = time?.medianNs ?? null;
  const arithmetic = arithmeticOf(result);
  return {
    op,
    kernel,
    shape,
    dtype,
    ...(arithmetic === 'f32' ? {} : { arithmetic }),
    status,
    reason: medianNs === null ? (result.reason ?? 'the timer does not resolve it') : null,
    medianNs,
    intervalNs: time?.intervalNs ?? null,
    unit: counted?.unit ?? '',
    operations: counted?.count ?? null,
    compulsoryBytes: all.find(({ unit }) => unit === BYTE)?.count ?? null,
    ...tracedOf(trace),
  };
}

/** Of a trace of some workgroups of each pass, the bytes that all of them would ask for. */
function tracedOf(trace: TraceResult | null): Pick<RooflinePoint, 'tracedBytes' | 'untraced' | 'traced'> {
  if (!trace) return { tracedBytes: null, untraced: 'it has no time', traced: null };
  const { traced, sites, reason, machine } = trace;
  const sectorBytes = findMachine(machine)?.sectorBytes;
  if (!traced || !sectorBytes) return { tracedBytes: null, untraced: reason ?? 'it was not traced', traced: null };
  const missed = traced.passes.find(({ workgroups, of }) => workgroups.length === 0 && of > 0);
  if (missed) return { tracedBytes: null, untraced: `no workgroup of ${missed.entry} fits into the log`, traced: null };
  const tracedBytes = traced.passes.reduce((sum, { pass, workgroups, of }) => {
    const own = sites.filter((site) => site.pass === pass && site.space === 'storage');
    const sectors = own.reduce((all, site) => all + site.sectors, 0);
    return sum + (sectors * sectorBytes * of) / workgroups.length;
  }, 0);
  return { tracedBytes, untraced: null, traced: [traced.workgroups, traced.of] };
}

/** A point as the model takes it, by one of the two counts; null where that, or its time, is missing. */
export function workOf(point: RooflinePoint, by: 'compulsoryBytes' | 'tracedBytes'): Named | null {
  const { operations: count, medianNs, op, kernel, arithmetic } = point;
  const bytes = point[by];
  return count === null || medianNs === null || !bytes
    ? null
    : { name: `${op} ${kernel}`, operations: count, bytes, ns: medianNs, ...(arithmetic ? { arithmetic } : {}) };
}
