/** The problems that a mutant must survive: odd sizes, even ones, single elements, edges of tiles, unusual places. */
import type { DType } from '../../src/core/dtype.ts';
import { Refusal } from '../../src/core/errors.ts';
import { Random } from '../../src/core/random.ts';
import { shaderPath } from '../../src/kernels/index.ts';
import type { Capabilities, Kernel, Knobs } from '../../src/kernels/types.ts';
import { planRequest } from '../../src/lab/plan.ts';
import type { Request } from '../../src/lab/protocol.ts';
import type { Shape } from '../../src/ops/types.ts';

interface Case {
  readonly shape: Shape;
  readonly dtype?: DType;
  readonly input?: string;
  /** Where the kernel has these knobs and takes these values; the others are drawn at random. */
  readonly knobs?: Knobs;
}

/** Neither at the start of the buffer nor without a gap between rows. */
const PLACED: Knobs = { offset: 16, pitch: 64 };

/** By operation, the most telling first. */
const CASES: Readonly<Record<string, readonly Case[]>> = {
  neuron: [
    { shape: { inputs: 203, neurons: 77, relu: 1 }, knobs: { offset: 16, pitch: 64, WORKGROUP: 64 } },
    { shape: { inputs: 203, neurons: 77, relu: 1 }, knobs: { offset: 4, pitch: 32, WORKGROUP: 16 } },
    { shape: { inputs: 64, neurons: 5, relu: 0 }, knobs: { offset: 20, pitch: 16, WORKGROUP: 128 } },
    { shape: { inputs: 61, neurons: 64, relu: 1 }, knobs: { offset: 12, pitch: 16 } },
    { shape: { inputs: 131, neurons: 9, relu: 1 }, knobs: { offset: 8, pitch: 128 } },
    // More neurons than one dimension of the grid has workgroups.
    { shape: { inputs: 3, neurons: 70_001, relu: 1 }, knobs: { offset: 0, pitch: 16, WORKGROUP: 1 } },
    { shape: { inputs: 1, neurons: 1, relu: 1 } },
    { shape: { inputs: 64, neurons: 256, relu: 1 }, dtype: 'f16' },
  ],
  matmul: [
    // Each register of the largest register tile holds something that is stored.
    {
      shape: { m: 37, n: 45, k: 83, bias: 1 },
      knobs: {
        ...PLACED,
        layoutA: 'row',
        layoutB: 'row',
        ROWS: 8,
        COLUMNS: 8,
        WX: 4,
        WY: 4,
        TILE_K: 16,
        SPLITS: 4,
        GROUPS: 4,
        LANES: 4,
        WORKGROUP: 8,
      },
    },
    {
      shape: { m: 70, n: 66, k: 41, bias: 1 },
      knobs: {
        ...PLACED,
        layoutA: 'column',
        layoutB: 'column',
        ROWS: 8,
        COLUMNS: 4,
        WX: 8,
        WY: 4,
        TILE_K: 8,
        BAND: 2,
        GROUPS: 2,
        LANES: 8,
        WORKGROUP: 16,
      },
    },
    {
      shape: { m: 64, n: 64, k: 64, bias: 0 },
      knobs: {
        ...PLACED,
        layoutA: 'row',
        layoutB: 'column',
        BAND: 1,
        ROWS: 4,
        COLUMNS: 4,
        WX: 8,
        WY: 8,
        TILE_K: 16,
        SPLITS: 2,
        GROUPS: 3,
        WORKGROUP: 8,
      },
    },
    { shape: { m: 130, n: 3, k: 1, bias: 1 }, knobs: { ...PLACED, GROUPS: 1, LANES: 8 } },
    { shape: { m: 5, n: 129, k: 33, bias: 1 }, knobs: { ...PLACED, ROWS: 4, COLUMNS: 8 } },
    // Vectors, with several terms and several blocks of columns for each lane.
    {
      shape: { m: 1, n: 75, k: 203, bias: 1 },
      knobs: { ...PLACED, layoutB: 'column', COLUMNS: 4, SPLITS: 2, WX: 4, WY: 4 },
    },
    {
      shape: { m: 75, n: 1, k: 203, bias: 1 },
      knobs: { ...PLACED, layoutA: 'column', COLUMNS: 16, SPLITS: 2, WX: 2, WY: 2 },
    },
    { shape: { m: 67, n: 70, k: 130, bias: 1 }, dtype: 'f16' },
  ],
  softmax: [
    { shape: { rows: 5, columns: 203 } },
    { shape: { rows: 67, columns: 64 }, knobs: { WORKGROUP: 8 } },
    // More parts of a row than a workgroup has lanes.
    { shape: { rows: 3, columns: 1025 }, knobs: { WORKGROUP: 8, SPLIT: 16 } },
    { shape: { rows: 1, columns: 1 } },
    { shape: { rows: 70_001, columns: 2 }, knobs: { WORKGROUP: 1 } },
    { shape: { rows: 9, columns: 130 }, dtype: 'f16' },
  ],
  attention: [
    {
      shape: { batch: 2, heads: 4, kvHeads: 2, queries: 37, keys: 83, dim: 40, valueDim: 24 },
      knobs: { WORKGROUP: 8, SPLIT: 64, PAGE: 8 },
    },
    // Four heads share one, and each starts with another row of a group of four.
    {
      shape: {
        batch: 2,
        heads: 4,
        kvHeads: 1,
        queries: 37,
        keys: 83,
        dim: 40,
        valueDim: 24,
        causal: 1,
        window: 30,
        softcap: 5,
      },
      knobs: { layout: 'tokens', QUERY_TILE: 16, KEY_TILE: 16, WORKGROUP: 16, SPLIT: 64, PAGE: 16 },
    },
    // One query more than fills whole tiles.
    {
      shape: { heads: 2, queries: 65, keys: 67, dim: 32, valueDim: 32, causal: 1, shift: -3 },
      knobs: { QUERY_TILE: 16, KEY_TILE: 8, WORKGROUP: 16 },
    },
    {
      shape: { batch: 2, heads: 2, queries: 9, keys: 65, dim: 16, valueDim: 16, mask: 1, maskBatch: 1, maskHeads: 1 },
      knobs: { QUERY_TILE: 8, KEY_TILE: 16, SPLIT: 16 },
    },
    {
      shape: { batch: 3, heads: 2, queries: 9, keys: 65, dim: 16, valueDim: 16, mask: 2, maskRow: 1, ragged: 1 },
      knobs: { QUERY_TILE: 8, KEY_TILE: 8, SPLIT: 32 },
    },
    // Queries without any key in sight, and more queries than keys.
    { shape: { heads: 2, queries: 70, keys: 33, dim: 16, valueDim: 12, mask: 2 } },
    { shape: { heads: 2, queries: 64, keys: 64, dim: 64, valueDim: 64 } },
    { shape: { heads: 1, queries: 1, keys: 130, dim: 8, valueDim: 8, scale: 0.5 } },
    {
      shape: { heads: 2, queries: 33, keys: 70, dim: 32, valueDim: 32, causal: 1, mask: 1 },
      dtype: 'f16',
      knobs: { QUERY_TILE: 16, KEY_TILE: 16 },
    },
    {
      shape: { batch: 2, heads: 4, kvHeads: 2, queries: 37, keys: 83, dim: 40, valueDim: 24, window: 30, softcap: 5 },
      dtype: 'f16',
      knobs: { layout: 'tokens', QUERY_TILE: 16, KEY_TILE: 8 },
    },
    {
      shape: { batch: 3, heads: 2, queries: 9, keys: 65, dim: 16, valueDim: 16, mask: 2, maskRow: 1, ragged: 1 },
      dtype: 'f16',
      knobs: { QUERY_TILE: 8, KEY_TILE: 8 },
    },
    // More tiles of queries than one dimension of the grid has workgroups.
    {
      shape: { batch: 69, heads: 1021, queries: 8, keys: 2, dim: 1, valueDim: 1 },
      knobs: { WORKGROUP: 8, QUERY_TILE: 8, KEY_TILE: 8, SPLIT: 16 },
    },
    // One score far above the others for each of many heads: a maximum that misses any lane's keys misses some of them.
    {
      shape: { batch: 2, heads: 16, queries: 5, keys: 83, dim: 16, valueDim: 16 },
      input: 'high',
      knobs: { QUERY_TILE: 8, KEY_TILE: 16, WORKGROUP: 8, SPLIT: 64 },
    },
    // A window that starts before the first key.
    {
      shape: { heads: 2, queries: 65, keys: 67, dim: 8, valueDim: 8, causal: 1, window: 20, shift: -3 },
      knobs: { layout: 'heads', pitch: 16, offset: 0, QUERY_TILE: 16, KEY_TILE: 8, WORKGROUP: 8, SPLIT: 16, PAGE: 4 },
    },
    // Every query of a lane that has several meets a mask row of its own.
    {
      shape: { batch: 2, heads: 2, queries: 17, keys: 40, dim: 8, valueDim: 8, mask: 2 },
      knobs: { layout: 'heads', pitch: 16, offset: 0, QUERY_TILE: 16, KEY_TILE: 8, WORKGROUP: 4, SPLIT: 16, PAGE: 4 },
    },
    // Rows of a tile without padding, which a store past its end would hit.
    {
      shape: { heads: 2, queries: 16, keys: 48, dim: 20, valueDim: 20 },
      knobs: { layout: 'heads', pitch: 16, offset: 0, QUERY_TILE: 32, KEY_TILE: 8, WORKGROUP: 8, SPLIT: 16, PAGE: 4 },
    },
  ],
  'attention-backward': [
    {
      shape: { batch: 2, heads: 4, kvHeads: 2, queries: 19, keys: 43, dim: 20, valueDim: 12 },
      knobs: { WORKGROUP: 8 },
    },
    {
      shape: { heads: 2, queries: 35, keys: 35, dim: 16, valueDim: 16, causal: 1, window: 20, shift: -3, softcap: 5 },
      knobs: { WORKGROUP: 8 },
    },
    { shape: { batch: 3, heads: 2, queries: 40, keys: 17, dim: 8, valueDim: 8, ragged: 1 }, knobs: { WORKGROUP: 4 } },
    { shape: { batch: 2, heads: 2, queries: 9, keys: 41, dim: 16, valueDim: 8, mask: 1, maskBatch: 1, maskHeads: 1 } },
    { shape: { batch: 2, heads: 2, queries: 9, keys: 41, dim: 8, valueDim: 16, mask: 2, maskRow: 1 } },
    { shape: { heads: 2, queries: 32, keys: 64, dim: 32, valueDim: 32 } },
    { shape: { heads: 2, queries: 33, keys: 40, dim: 16, valueDim: 16, causal: 1 }, dtype: 'f16' },
    // More tiles than one dimension of the grid has workgroups.
    { shape: { batch: 69, heads: 1021, queries: 4, keys: 4, dim: 1, valueDim: 1 }, knobs: { WORKGROUP: 4 } },
    { shape: { batch: 3, heads: 1, queries: 1, keys: 17, dim: 8, valueDim: 8, ragged: 1 }, knobs: { WORKGROUP: 4 } },
    { shape: { heads: 2, queries: 32, keys: 64, dim: 8, valueDim: 8, causal: 1, mask: 1 }, knobs: { WORKGROUP: 8 } },
    { shape: { heads: 2, queries: 40, keys: 17, dim: 8, valueDim: 8, causal: 1, mask: 2 }, knobs: { WORKGROUP: 4 } },
    { shape: { heads: 2, queries: 9, keys: 20, dim: 8, valueDim: 8, mask: 2 }, knobs: { WORKGROUP: 4 } },
    // Where a device's subgroups have eight lanes, eight of them load.
    { shape: { heads: 2, queries: 37, keys: 43, dim: 12, valueDim: 20 }, knobs: { WORKGROUP: 16, LANES: 8 } },
  ],
};

/** Draws of knobs before a case is given up for a kernel that refuses them all. */
const TRIES = 100;
/** Share of its named knobs that a draw keeps after the first, which the kernel or the device refused. */
const KEPT = 0.8;

/** False for a kernel that picks another's WGSL, and has none to edit. */
export function hasShader(kernel: Kernel): boolean {
  return shaderPath(kernel) === `${kernel.op}/${kernel.id}.wgsl`;
}

/** The requests that each mutant of `kernel` meets, in order; those that the device or the kernel refuses are left out. */
export function requestsFor(kernel: Kernel, device: Capabilities): Request[] {
  if (!hasShader(kernel)) return [];
  const cases = CASES[kernel.op];
  if (!cases) throw new Error(`test/broken/cases.ts has no cases for ${kernel.op}`);
  return cases.flatMap((one, index) => {
    const { shape, dtype, input } = one;
    const request = {
      op: kernel.op,
      kernel: kernel.id,
      shape,
      ...(dtype ? { dtype } : {}),
      ...(input ? { input } : {}),
    };
    const random = new Random(index, `knobs of ${kernel.op}/${kernel.id}`);
    for (let attempt = 0; attempt < TRIES; attempt++) {
      // Every draw keeps to most of what the case names; the first, to all of it.
      const knobs = Object.fromEntries(
        kernel.knobs.map(({ key, default: rest, values }) => {
          const named = one.knobs?.[key];
          if (named !== undefined && values.includes(named) && (attempt === 0 || random.uniform(0, 1) < KEPT)) {
            return [key, named];
          }
          return [key, attempt + index === 0 ? rest : values[random.integer(0, values.length - 1)]];
        }),
      ) as Knobs;
      try {
        const { problem } = planRequest({ ...request, knobs }, device);
        // A lesson that is wrong as it stands has no mutants.
        return kernel.wrongByDesign?.(problem, knobs) ? [] : [{ ...request, knobs }];
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
      }
    }
    return [];
  });
}
