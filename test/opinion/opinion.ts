/**
 * A second opinion on the float64 references: the same inputs through ONNX Runtime's CPU kernels (WebAssembly), which
 * share no code with this project, judged under the same bounds as a kernel of ours.
 *
 * Attention is asked for as Transpose, MatMul, Mul, Add, Softmax, MatMul, one head at a time, so that only one head's
 * scores are in memory; the fused operator overflows an integer at 4,096 tokens.
 */
import { env, InferenceSession, Tensor } from 'onnxruntime-web';
import { encodeModel, type Model } from '../../bench/onnx-model.ts';
import type { OutputJudge, Verdict } from '../../src/core/judge.ts';
import { compare } from '../../src/core/verdict.ts';
import { type AttentionShape, attentionShape, visibleSpan } from '../../src/ops/attention-shape.ts';
import { findOperation } from '../../src/ops/index.ts';
import { referenceOf } from '../../src/ops/references.ts';
import type { Operation, Problem, Shape, Tensors } from '../../src/ops/types.ts';

// More threads would be worker threads, which a test should not depend on.
env.wasm.numThreads = 1;

export interface Opinion {
  readonly problem: Problem;
  readonly verdict: Omit<Verdict, 'gates'>;
  /** Largest |theirs - reference| over the elements compared. */
  readonly largestDifference: number;
  /** Largest |reference| over the same elements, to set the difference against. */
  readonly largestValue: number;
  readonly runMs: number;
  readonly referenceMs: number;
}

/** Changes what ONNX Runtime is given: a planted fault. */
export type Fault = (inputs: Tensors, shape: Shape) => { readonly inputs: Tensors; readonly shape: Shape };

export interface AskOptions {
  readonly shape: Shape;
  readonly input?: string;
  /** Multiply-adds for the reference; a seeded sample of rows is compared where all of them cost more. */
  readonly budget: number;
  readonly fault?: Fault;
}

/** Solves a problem of `op` ("matmul", "softmax" or "attention") in f32 with ONNX Runtime and judges the answer. */
export async function ask(op: keyof typeof SOLVERS, options: AskOptions): Promise<Opinion> {
  const operation = findOperation(op) as Operation;
  const defaults = Object.fromEntries(operation.parameters.map((parameter) => [parameter.key, parameter.default]));
  const shape = { ...defaults, ...options.shape };
  const input = options.input ?? operation.inputCases[0].id;
  const problem: Problem = { op, shape, dtype: 'f32', seed: 1, input };
  const inputs = referenceOf(op).inputs(problem);
  const given = options.fault?.(inputs, shape) ?? { inputs, shape };

  const started = performance.now();
  const values = await SOLVERS[op](given.inputs, given.shape);
  const solved = performance.now();
  const seen = { largestDifference: 0, largestValue: 0 };
  const judges = referenceOf(op).judges(problem, inputs, { output: 'f32' });
  const outputs = judges.map((judge) => ({ judge: watched(judge, values, seen), values }));
  const verdict = await compare(outputs, { budget: options.budget, seed: problem.seed });
  return { problem, verdict, ...seen, runMs: solved - started, referenceMs: performance.now() - solved };
}

/** The same judge, which also notes how far apart the two are. */
function watched(
  judge: OutputJudge,
  values: Float32Array,
  seen: { largestDifference: number; largestValue: number },
): OutputJudge {
  return {
    ...judge,
    row(row, expected, bound) {
      judge.row(row, expected, bound);
      for (let column = 0; column < judge.rowLength; column++) {
        const difference = Math.abs(values[row * judge.rowLength + column] - expected[column]);
        seen.largestDifference = Math.max(seen.largestDifference, difference);
        seen.largestValue = Math.max(seen.largestValue, Math.abs(expected[column]));
      }
    },
  };
}

const SOLVERS = { matmul: solveMatmul, softmax: solveSoftmax, attention: solveAttention } as const;

async function solveMatmul({ a, b }: Tensors, { m, n, k }: Shape): Promise<Float32Array> {
  const session = await open({
    nodes: [{ operator: 'MatMul', inputs: ['a', 'b'], outputs: ['c'] }],
    inputs: { a: [m, k], b: [k, n] },
    outputs: { c: [m, n] },
  });
  return run(session, { a: [a, [m, k]], b: [b, [k, n]] });
}

async function solveSoftmax({ x }: Tensors, { rows, columns }: Shape): Promise<Float32Array> {
  const session = await open({
    nodes: [{ operator: 'Softmax', inputs: ['x'], outputs: ['y'], ints: { axis: -1 } }],
    inputs: { x: [rows, columns] },
    outputs: { y: [rows, columns] },
  });
  return run(session, { x: [x, [rows, columns]] });
}

async function solveAttention({ q, k, v }: Tensors, shape: Shape): Promise<Float32Array> {
  const s = attentionShape(shape);
  const { batch, heads, kvHeads, queries, keys, dim, valueDim } = s;
  const session = await open({
    nodes: [
      { operator: 'Transpose', inputs: ['k'], outputs: ['kT'], ints: { perm: [1, 0] } },
      { operator: 'MatMul', inputs: ['q', 'kT'], outputs: ['dots'] },
      { operator: 'Mul', inputs: ['dots', 'scale'], outputs: ['scores'] },
      ...(s.causal ? [{ operator: 'Add', inputs: ['scores', 'mask'], outputs: ['masked'] }] : []),
      { operator: 'Softmax', inputs: [s.causal ? 'masked' : 'scores'], outputs: ['p'], ints: { axis: -1 } },
      { operator: 'MatMul', inputs: ['p', 'v'], outputs: ['o'] },
    ],
    inputs: {
      q: [queries, dim],
      k: [keys, dim],
      v: [keys, valueDim],
      ...(s.causal ? { mask: [queries, keys] } : {}),
    },
    outputs: { o: [queries, valueDim] },
    scalars: { scale: s.scale },
  });
  const mask: Feeds = s.causal ? { mask: [causalMask(s), [queries, keys]] } : {};
  const slice = (tensor: Float32Array | Uint32Array, at: number, length: number) =>
    tensor.subarray(at * length, (at + 1) * length);
  const o = new Float32Array(batch * heads * queries * valueDim);
  for (let head = 0; head < batch * heads; head++) {
    const sequence = Math.floor(head / heads);
    const shared = sequence * kvHeads + Math.floor(((head % heads) * kvHeads) / heads);
    const values = await run(session, {
      q: [slice(q, head, queries * dim), [queries, dim]],
      k: [slice(k, shared, keys * dim), [keys, dim]],
      v: [slice(v, shared, keys * valueDim), [keys, valueDim]],
      ...mask,
    });
    o.set(values, head * queries * valueDim);
  }
  return o;
}

/** 0 where a query sees a key and -Infinity where it does not. */
function causalMask(shape: AttentionShape): Float32Array {
  const mask = new Float32Array(shape.queries * shape.keys).fill(Number.NEGATIVE_INFINITY);
  for (let query = 0; query < shape.queries; query++) {
    const [first, end] = visibleSpan(shape, query);
    mask.fill(0, query * shape.keys + first, query * shape.keys + end);
  }
  return mask;
}

type Feeds = Readonly<Record<string, readonly [values: Float32Array | Uint32Array, dims: readonly number[]]>>;

const sessions = new Map<string, Promise<InferenceSession>>();

/** Sessions are kept: WebAssembly's memory never shrinks, so a second one of the same model would only grow it. */
function open(model: Model): Promise<InferenceSession> {
  const key = JSON.stringify(model);
  let session = sessions.get(key);
  if (!session) {
    session = InferenceSession.create(encodeModel(model), { executionProviders: ['wasm'] });
    sessions.set(key, session);
  }
  return session;
}

/** The session's only output. */
async function run(session: InferenceSession, feeds: Feeds): Promise<Float32Array> {
  const tensors = Object.entries(feeds).map(
    ([name, [values, dims]]) => [name, new Tensor('float32', values as Float32Array, dims)] as const,
  );
  const outputs = await session.run(Object.fromEntries(tensors));
  return outputs[session.outputNames[0]].data as Float32Array;
}
