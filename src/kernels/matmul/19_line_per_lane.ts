import { Refusal } from '../../core/errors.ts';
import { dense } from '../../core/layout.ts';
import { params, solution } from '../draft.ts';
import { countKnob, number, workgroupKnob } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { biasBuffer, elementType, pitchOf, placement, productNumerics } from './product.ts';
import { inputOf, sidesOf } from './vectors.ts';

export default {
  id: '19_line_per_lane',
  op: 'matmul',
  title: 'A cache line for each lane',
  from: [12],
  teaches:
    'Where a CPU emulates the GPU, each lane’s load is an instruction of its own, a barrier saves the state of every lane, and what is left to wait for is memory. So each lane walks down one cache line of every row by itself, without workgroup memory. On a GPU, whose neighbours should load neighbours, it is slow.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [
    countKnob(
      'COLUMNS',
      'Columns for each lane',
      'columns',
      16,
      [4, 8, 16],
      'Neighbouring columns that a lane reads of each row: 16 of f32 fill a cache line; fewer leave more lanes to share the work. Of a shorter row it takes fewer.',
    ),
    countKnob(
      'ROWS',
      'Rows in the loop’s body',
      'rows',
      1,
      [1, 2],
      'Two of them ask for twice as many cache lines before the first is used, and need twice the registers.',
    ),
    workgroupKnob(8, [4, 8, 16, 32, 64, 128, 256]),
    ...placement(16),
  ],
  plan(problem, knobs, device) {
    const [wanted, ROWS, WORKGROUP] = ['COLUMNS', 'ROWS', 'WORKGROUP'].map((key) => number(knobs, key));
    // On its side a single column of C would be sums along the rows of A: for those kernel 12 has another way.
    const { x, m, byColumn, rows, columns } = sidesOf(problem, knobs, knobs.layoutA === 'row');
    const { k, bias } = problem.shape;
    const isOnItsSide = x.tensor === 'b';
    // A power of two, as wanted or as many as a short row has.
    const BLOCKS = 2 ** Math.floor(Math.log2(Math.min(wanted / 4, Math.ceil(columns / 4))));
    const columnsEach = 4 * BLOCKS;
    if (byColumn) {
      throw new Refusal('Each lane reads neighbouring columns of B, so the elements of its rows must lie together', {
        rule: 'columns-together',
        parameters: {},
        works: [{ layoutB: 'row' }],
        remedy: 'use layoutB=row',
      });
    }
    const most = device.limits.maxComputeWorkgroupsPerDimension;
    if (rows > most) {
      throw new Refusal(`Each row of A has a row of the grid to itself, and ${rows} are more than this device allows`, {
        rule: 'grid',
        parameters: { workgroups: rows, most },
      });
    }
    const shader = 'matmul/19_line_per_lane.wgsl';
    const width = columnsEach * WORKGROUP;
    const p = params(shader, {
      n: columns,
      k,
      bias: bias && (isOnItsSide ? 2 : 1),
      xOffset: x.layout.offset,
      xPitch: x.pitch,
      mOffset: m.layout.offset / 4,
      mPitch: pitchOf(m.layout) / 4,
      yPitch: columns,
    });
    return solution({
      shader,
      constants: { BLOCKS, ROWS },
      ...elementType(problem, 4),
      buffers: [
        inputOf('x', x, problem),
        inputOf('m', m, problem),
        biasBuffer(problem, 1),
        {
          use: 'output',
          name: 'y',
          tensor: 'c',
          type: problem.dtype,
          layout: dense([problem.shape.m, problem.shape.n]),
        },
        p,
      ],
      passes: [
        {
          entry: 'product',
          workgroups: [Math.ceil(columns / width), rows, 1],
          workgroupSize: [WORKGROUP, 1, 1],
          overrides: { WORKGROUP },
        },
      ],
      tile: isOnItsSide ? { rows: width, columns: 1 } : { rows: 1, columns: width },
      lane: (row, column) => Math.floor(((isOnItsSide ? row : column) % width) / columnsEach),
      numerics: productNumerics(problem),
    });
  },
} satisfies Kernel;
