import { fold } from '../knobs.ts';
import { checkUnit, SUBGROUP_MATRICES } from '../matrices.ts';
import type { Kernel } from '../types.ts';
import { placement } from './knobs.ts';
import { attentionPlan, attentionSetting } from './plan.ts';

const SUBGROUPS = 2;
const KEY_TILE = 32;

export default {
  id: '10_subgroup_matrix',
  op: 'attention',
  title: 'Subgroup matrices',
  from: [9],
  teaches:
    'Both products of a tile run on the units that GPUs have for blocks of a matrix. How lanes hold a block is up to the device, so what needs rows, the mask and the softmax, goes through workgroup memory, where probabilities are rounded to what the units take.',
  dtypes: ['f16'],
  features: SUBGROUP_MATRICES,
  naga: { supported: false, reason: 'naga does not know subgroup matrices' },
  knobs: [
    {
      key: 'UNIT',
      title: 'Block of one instruction',
      default: '16x16x16 f16',
      values: ['8x8x8 f32', '8x16x16 f16', '16x16x16 f16'],
      doc: 'Rows, columns and terms that one instruction multiplies, and their type: a device has one or two, and compiling fails with any other.',
    },
    ...placement(),
  ],
  plan(problem, knobs, device) {
    const setting = attentionSetting(problem, knobs, 1);
    const { batch, heads, queries, dim, valueDim } = setting.shape;
    const [unit, part] = String(knobs.UNIT).split(' ');
    const [unitM, unitN, unitK] = unit.split('x').map(Number);
    checkUnit(`${part}:f32:${unit}`, device);
    const queryTile = SUBGROUPS * unitM;
    const tiles = Math.ceil(queries / queryTile) * heads * batch;
    // One lane keeps the books of each row.
    const lanes = Math.max(device.subgroupMaxSize || 32, unitM);
    return attentionPlan({
      setting,
      id: '10_subgroup_matrix',
      workgroups: fold(tiles, device),
      tiles,
      workgroupSize: [lanes, SUBGROUPS, 1],
      constants: { DIM: dim, VALUE_DIM: valueDim, UNIT_M: unitM, UNIT_N: unitN, UNIT_K: unitK },
      overrides: { LANES: lanes },
      features: SUBGROUP_MATRICES,
      // The file enables f16 and names it itself.
      types: { aliases: { Elem: problem.dtype, Part: part }, enables: [] },
      queryTile,
      keyTile: KEY_TILE,
      ...(part === 'f16' ? { numerics: { probabilities: part } } : {}),
      lane: (query, column) => ((query % queryTile) * valueDim + column) % (lanes * SUBGROUPS),
    });
  },
} satisfies Kernel;
