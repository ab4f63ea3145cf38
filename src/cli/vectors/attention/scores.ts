/**
 * ONNX Attention's fourth output, `qk_matmul_output`: the scores at the stage that `qk_matmul_output_mode` names.
 *
 * Up to onnx#7867 (April 2026) the mask, with all else that hides keys, was added before the softcap, and modes 1 and 2
 * were the scores after each. That change turned the two steps around, in the opsets that were out already; onnx#7913
 * (May 2026) then renumbered the modes to follow the steps again. ONNX's reference implementation, which its test cases
 * come from, has since given the softcapped scores for mode 0 too, where the definition says the raw ones. A test case
 * does not say which release wrote it: the producer is "backend-test" without a version, and the IR version follows from
 * the opset. So a mode is taken where all readings agree, as they do wherever the steps between them are missing.
 */
import { flushError, sumError } from '../../../core/bounds.ts';
import { U32 } from '../../../core/format.ts';
import type { OutputJudge } from '../../../core/judge.ts';
import { MAX_ELEMENTS, type ValueType } from '../../formats/array.ts';
import type { Further } from '../form.ts';
import { type AttentionProblem, attentionRoute } from './problem.ts';

type Step = 'softcap' | 'mask';

/** Steps between the product and what a mode gives, by release: before onnx#7867, between the two, after onnx#7913. */
const READINGS: Readonly<Record<number, readonly (readonly Step[])[]>> = {
  0: [[], [], ['softcap']],
  1: [['mask'], ['softcap', 'mask'], ['softcap']],
  2: [['mask', 'softcap'], ['softcap'], ['softcap', 'mask']],
};
const PROBABILITIES = 3;

/** What the node says beside the problem. */
export interface ScoresOptions {
  readonly mode: number;
  /** True where it has an attribute that only releases after onnx#7913 know. */
  readonly isLatest: boolean;
  /** What its softmax is computed in, where that is coarser than the output's type. */
  readonly softmax: ValueType | undefined;
}

/** What the output is to be compared with, of dims (batch, heads, queries, keys). */
export function scoresOutput(problem: AttentionProblem, { mode, isLatest, softmax }: ScoresOptions): Further {
  const { batch, heads, queries, keys, softcap, mask, causal, lengths } = problem;
  const dims = [batch, heads, queries, keys];
  if (mode === PROBABILITIES) return { ...probabilities(problem, dims), arithmetic: softmax };
  const readings = READINGS[mode];
  if (!readings) return { unsupported: `qk_matmul_output_mode is ${mode}, and there are modes 0 to 3` };
  const has = { softcap: softcap > 0, mask: mask !== undefined || causal || lengths !== undefined };
  const known = isLatest && mode !== 0 ? readings.slice(-1) : readings;
  const meanings = [...new Set(known.map((steps) => inWords(steps.filter((step) => has[step]))))];
  if (meanings.length > 1) {
    return {
      unsupported:
        `qk_matmul_output_mode ${mode} means ${meanings.join(' or ')}, depending on the release of ONNX ` +
        '(onnx#7867, onnx#7913), and the file does not say which wrote it',
    };
  }
  const steps = known[0].filter((step) => has[step]);
  if (steps.includes('mask')) {
    return { unsupported: `qk_matmul_output_mode ${mode} means ${meanings[0]}, which is not computed here` };
  }
  const [{ shape }] = attentionRoute(problem).tasks;
  const task = { shape, tensors: {}, place: (index: number) => index };
  return {
    dims,
    route: { op: 'attention', writes: ['o'], tasks: [task], judge: () => scoresJudge(problem, steps.length > 0) },
  };
}

function inWords(steps: readonly Step[]): string {
  const names = steps.map((step) => (step === 'mask' ? 'the mask' : 'the softcap'));
  return names.length === 0 ? 'the raw scores' : `the scores after ${names.join(' and ')}`;
}

/** With the unit matrix in place of V each row of the output is a row of probabilities. */
function probabilities(problem: AttentionProblem, dims: readonly number[]): Further {
  const { batch, kvHeads, keys } = problem;
  const elements = batch * kvHeads * keys * keys;
  if (elements > MAX_ELEMENTS) {
    return {
      unsupported: `the reference of qk_matmul_output would take ${elements} values; at most ${MAX_ELEMENTS} are computed`,
    };
  }
  const v = new Float32Array(elements);
  for (let row = 0; row < batch * kvHeads * keys; row++) v[row * keys + (row % keys)] = 1;
  return { dims, route: attentionRoute({ ...problem, v, valueDim: keys }) };
}

/**
 * s = scale q . k, with a softcap c tanh(s / c). The bound is that of a sum of products, and 4u for the roots of the
 * scale that the definition puts into both operands; the softcap, which moves no two scores apart, may err by 16u c.
 */
function scoresJudge(problem: AttentionProblem, isCapped: boolean): OutputJudge {
  const { batch, heads, kvHeads, queries, keys, dim, scale, softcap, q, k } = problem;
  const factor = sumError(dim + 1, false) + 4 * U32;
  return {
    tensor: 'qk',
    dims: [batch, heads, queries, keys],
    rows: batch * heads * queries,
    rowLength: keys,
    costPerRow: keys * dim,
    row(row, expected, bound) {
      const head = Math.floor(row / queries);
      const shared = Math.floor(head / heads) * kvHeads + Math.floor((head % heads) / (heads / kvHeads));
      for (let j = 0; j < keys; j++) {
        const at = (shared * keys + j) * dim;
        let [sum, size, operands] = [0, 0, 0];
        for (let d = 0; d < dim; d++) {
          const [x, y] = [q[row * dim + d], k[at + d]];
          sum += x * y;
          size += Math.abs(x * y);
          operands += Math.abs(x) + Math.abs(y);
        }
        const score = scale * sum;
        expected[j] = isCapped ? softcap * Math.tanh(score / softcap) : score;
        bound[j] = scale * factor * size + flushError(operands, dim + 1) + (isCapped ? 16 * U32 * softcap : 0);
      }
    },
  };
}
