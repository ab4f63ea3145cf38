import { edited } from '../core/edited.ts';
import { activeLanes, longestLane, workgroups } from './goals.ts';
import type { Task } from './types.ts';
import start from './wgsl/grid.wgsl?raw';

export default {
  id: 'grid',
  title: 'One lane for each neuron',
  level: 'a few lines',
  asks: 'One lane walks over all neurons while the rest of the device idles. Give every neuron a lane of its own: change the workgroup size, in the header and in the code, and the dispatch, and remove the loop over neurons. At least 4 workgroups are asked for here; to keep a whole GPU busy takes many more.',
  op: 'neuron',
  shape: { inputs: 40, neurons: 300 },
  start,
  hints: [
    'The dispatch counts workgroups: `ceil(neurons / 64)` of 64 lanes are enough lanes for all neurons.',
    '`@workgroup_size(64)` must say what the header says.',
    'The loop over neurons becomes `let neuron = id.x; if (neuron >= p.neurons) { return; }`.',
  ],
  solution: edited(
    start,
    ['// workgroup: 1\n', '// workgroup: 64\n'],
    ['// dispatch: 1\n', '// dispatch: ceil(neurons / 64)\n'],
    ['@workgroup_size(1)', '@workgroup_size(64)'],
    ['for (var neuron = id.x; neuron < p.neurons; neuron++) {', 'let neuron = id.x;\n  if (neuron < p.neurons) {'],
  ),
  wrong: {
    source: edited(
      start,
      ['// workgroup: 1\n', '// workgroup: 64\n'],
      ['@workgroup_size(1)', '@workgroup_size(64)'],
      ['neuron++', 'neuron += 64u'],
    ),
    misses: 'workgroups',
  },
  goals: [workgroups(4), longestLane(120), activeLanes(0.5, 32, { buffer: 'w', access: 'read' })],
} satisfies Task;
