/** Scaled dot-product attention, and ONNX's Attention. */
import { ATTENTION_FLAGS, ATTENTION_INPUTS, npzProblem } from '../attention/npz.ts';
import { onnxAttention } from '../attention/onnx.ts';
import { attentionRoute } from '../attention/problem.ts';
import type { Form } from '../form.ts';

export default {
  op: 'attention',
  inputs: ATTENTION_INPUTS,
  outputs: ['o'],
  flags: ATTENTION_FLAGS,
  build: (arrays, flags) => {
    const problem = npzProblem(arrays, flags);
    const { batch, heads, queries, valueDim } = problem;
    return { outputs: [[batch, heads, queries, valueDim]], routes: [attentionRoute(problem)] };
  },
  operators: { Attention: onnxAttention },
} satisfies Form;
