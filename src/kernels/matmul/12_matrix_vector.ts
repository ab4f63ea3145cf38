import { Refusal } from '../../core/errors.ts';
import { dense } from '../../core/layout.ts';
import { type PassDraft, params, solution } from '../draft.ts';
import { countKnob, fold, number } from '../knobs.ts';
import type { Kernel } from '../types.ts';
import { biasBuffer, elementType, pitchOf, placement, productNumerics, workgroupSides } from './product.ts';
import { inputOf, sidesOf } from './vectors.ts';

/** Lanes of the second pass, as its entry point declares them. */
const TOTAL = 64;

export default {
  id: '12_matrix_vector',
  op: 'matmul',
  title: 'Matrix × vector',
  from: [9],
  teaches:
    'With m or n at 1 each element of the matrix is used once, and no tile saves a load. What counts is that loads are wide, neighbours load neighbours, and enough of them are under way: the lanes of a workgroup split k among them and add up once, at the end.',
  dtypes: ['f32', 'f16'],
  features: [],
  knobs: [
    countKnob(
      'COLUMNS',
      'Columns for each lane',
      'columns',
      4,
      [4, 8, 16],
      'More of them reuse each term of the vector and read longer stretches of each row; fewer leave more workgroups to fill the device. Where columns lie together a lane always takes 4.',
    ),
    countKnob(
      'SPLITS',
      'Ranges of k',
      'ranges',
      1,
      [1, 2, 4, 8, 16, 32, 64, 128],
      'How many workgroups share each output, one range of the terms each: more of them fill a device, or keep a core on the pages it knows, for a second pass that adds up.',
    ),
    ...workgroupSides(16, 16, [1, 2, 4, 8, 16, 32, 64]),
    ...placement(16),
  ],
  plan(problem, knobs, device) {
    const [wx, wy] = [number(knobs, 'WX'), number(knobs, 'WY')];
    const [BLOCKS, SPLITS] = [number(knobs, 'COLUMNS') / 4, number(knobs, 'SPLITS')];
    const { x, m, byColumn, rows, columns } = sidesOf(problem, knobs);
    const type = problem.dtype;
    const { k, bias } = problem.shape;
    const isOnItsSide = x.tensor === 'b';
    const width = byColumn ? 4 * wy : 4 * wx * BLOCKS;
    const most = device.limits.maxComputeWorkgroupsPerDimension;
    if (rows > most) {
      throw new Refusal(`Each row of A has a row of the grid to itself, and ${rows} are more than this device allows`, {
        rule: 'grid',
        parameters: { workgroups: rows, most },
      });
    }
    const shader = 'matmul/12_matrix_vector.wgsl';
    const p = params(shader, {
      rows,
      n: columns,
      k,
      bias: bias && (isOnItsSide ? 2 : 1),
      xOffset: x.layout.offset / 4,
      xPitch: x.pitch / 4,
      mOffset: m.layout.offset / 4,
      mPitch: pitchOf(m.layout) / 4,
      yPitch: columns,
    });
    const lane = (row: number, column: number): number => {
      const at = (isOnItsSide ? row : column) % width;
      return byColumn ? Math.floor(at / 4) * wx : Math.floor(at / 4) % wx;
    };
    const total: PassDraft = {
      entry: 'total',
      workgroups: fold(Math.ceil((rows * Math.ceil(columns / 4)) / TOTAL), device),
      workgroupSize: [TOTAL, 1, 1],
      overrides: { SPLITS },
    };
    return solution({
      shader,
      constants: { BLOCKS },
      ...elementType(problem, 4),
      buffers: [
        inputOf('x', x, problem),
        inputOf('m', m, problem),
        biasBuffer(problem, 1),
        { use: 'output', name: 'y', tensor: 'c', type, layout: dense([problem.shape.m, problem.shape.n]) },
        p,
        SPLITS === 1
          ? { use: 'scratch', name: 'scratch', bytes: 16, unused: true }
          : { use: 'scratch', name: 'scratch', bytes: SPLITS * rows * Math.ceil(columns / 4) * 16 },
      ],
      passes: [
        {
          entry: byColumn ? 'along' : 'across',
          workgroups: [Math.ceil(columns / width), rows, SPLITS],
          workgroupSize: [wx, wy, 1],
          overrides: { WX: wx, WY: wy, SPLITS },
        },
        ...(SPLITS === 1 ? [] : [total]),
      ],
      tile: isOnItsSide ? { rows: width, columns: 1 } : { rows: 1, columns: width },
      ...(SPLITS === 1 && { lane }),
      numerics: productNumerics(problem),
    });
  },
} satisfies Kernel;
