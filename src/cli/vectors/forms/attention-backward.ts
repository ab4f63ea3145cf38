/** The gradients of attention: from that of its output, those of queries, keys and values. */
import { ATTENTION_FLAGS, ATTENTION_INPUTS, HEADS, npzProblem } from '../attention/npz.ts';
import { attentionRoute } from '../attention/problem.ts';
import type { Form } from '../form.ts';
import { expectDims, stored } from '../stored.ts';

export default {
  op: 'attention-backward',
  inputs: [...ATTENTION_INPUTS.slice(0, 3), { name: 'do', dims: HEADS }, ...ATTENTION_INPUTS.slice(3)],
  outputs: ['dq', 'dk', 'dv'],
  meaning: 'do is the gradient of the output o; dq, dk and dv are those of q, k and v',
  flags: ATTENTION_FLAGS,
  build: (arrays, flags) => {
    const problem = npzProblem(arrays, flags);
    const { batch, heads, kvHeads, queries, keys, dim, valueDim } = problem;
    const gradient = arrays.get('do');
    expectDims(gradient, [batch, heads, queries, valueDim], 'The array "do"', 'q and v');
    const g = stored(gradient, 'do');
    // What is computed from is that of the forward pass, whose one task covers all batches, and the gradient.
    const { tasks } = attentionRoute(problem);
    return {
      outputs: [
        [batch, heads, queries, dim],
        [batch, kvHeads, keys, dim],
        [batch, kvHeads, keys, valueDim],
      ],
      routes: [
        {
          op: 'attention-backward',
          writes: ['dq', 'dk', 'dv'],
          tasks: tasks.map((task) => ({ ...task, tensors: { ...task.tensors, g }, place: (index) => index })),
        },
      ],
    };
  },
  operators: {},
} satisfies Form;
