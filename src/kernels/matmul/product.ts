/** What the matmul kernels have in common: knobs, buffers and parameters. */
import { BYTES, NEEDS } from '../../core/format.ts';
import { columnMajor, dense, type Layout, pitched } from '../../core/layout.ts';
import type { BufferPlan, KernelPlan, PassPlan } from '../../gpu/plan.ts';
import type { Numerics, Problem } from '../../ops/types.ts';
import { params, solution } from '../draft.ts';
import { countKnob, number, OFFSET, offsetInLoads, pitchInElements, pitchKnob } from '../knobs.ts';
import type { Knob, Knobs, Solution, WrongByDesign } from '../types.ts';

function layoutKnob(matrix: 'A' | 'B'): Knob {
  return {
    key: `layout${matrix}`,
    title: `Layout of ${matrix}`,
    default: 'row',
    values: ['row', 'column'],
    fixed: true,
    doc: `Whether neighbours along a row or along a column of ${matrix} lie side by side: it decides which lanes' loads share a line of memory.`,
  };
}

/** Where A and B lie: layout of each, pitch alignment, base offset. `pitch` is its default in bytes. */
export function placement(pitch = 4): readonly Knob[] {
  return [
    layoutKnob('A'),
    layoutKnob('B'),
    pitchKnob(pitch),
    {
      ...OFFSET,
      doc: 'Shifts the first element of A and of B away from a 128-byte line, so that a load which filled one line may touch two.',
    },
  ];
}

const SIDES = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** Lanes of a two-dimensional workgroup along columns (WX) and rows (WY) of C, and the sides to pick from. */
export function workgroupSides(width: number, height: number, sides: readonly number[] = SIDES): readonly Knob[] {
  return [
    countKnob(
      'WX',
      'Workgroup width',
      'invocations',
      width,
      sides,
      'Lanes of a workgroup along a row of C: how many neighbours share each row of A.',
    ),
    countKnob(
      'WY',
      'Workgroup height',
      'invocations',
      height,
      sides,
      'Lanes of a workgroup along a column of C: how many share each column of B.',
    ),
  ];
}

/** Rows of C that each lane works on, in groups of as many lanes as share their loads. */
export function groupsKnob(rows: number): Knob {
  return countKnob(
    'GROUPS',
    `Groups of ${rows} rows`,
    'groups',
    4,
    [1, 2, 3, 4],
    'How many rows of C each lane works on: more of them reuse each column of B that it loads, and need more registers and more code.',
  );
}

/** Rows and columns of C that one lane computes. */
export function registerTile(rows: number, columns: number): readonly Knob[] {
  return [
    countKnob(
      'ROWS',
      'Register tile, rows',
      'rows',
      rows,
      [4, 8],
      'Rows of C for each lane: more of them reuse each column of B that it loads, and need more registers.',
    ),
    countKnob(
      'COLUMNS',
      'Register tile, columns',
      'columns',
      columns,
      [4, 8],
      'Columns of C for each lane: more of them reuse each row of A that it loads, and need more registers.',
    ),
  ];
}

/** The override TAIL: 1 where n is no multiple of 4, so that the last vec4 of a row is stored in part. */
export function tailFlag({ shape }: Problem): { readonly TAIL: number } {
  return { TAIL: shape.n % 4 === 0 ? 0 : 1 };
}

export interface Operands {
  readonly a: Layout;
  readonly b: Layout;
  readonly c: Layout;
  /** a, b, bias, c and the parameters p. */
  readonly buffers: readonly BufferPlan[];
}

/** The overrides A_COLUMN and B_COLUMN: 1 where the knobs lay a matrix out by columns. */
export function columnFlags(knobs: Knobs): { readonly A_COLUMN: number; readonly B_COLUMN: number } {
  return { A_COLUMN: knobs.layoutA === 'column' ? 1 : 0, B_COLUMN: knobs.layoutB === 'column' ? 1 : 0 };
}

/** Buffers of a kernel that loads single elements: offsets and both strides of A and B in elements, C's pitch. */
export function scalarOperands(shader: string, problem: Problem, knobs: Knobs): Operands {
  const { m, n, k } = problem.shape;
  const a = place([m, k], 'A', problem, knobs, 1);
  const b = place([k, n], 'B', problem, knobs, 1);
  const c = dense([m, n]);
  const [aRow, aColumn] = a.strides;
  const [bRow, bColumn] = b.strides;
  const strides = { aOffset: a.offset, aRow, aColumn, bOffset: b.offset, bRow, bColumn, cRow: c.strides[0] };
  return { a, b, c, buffers: buffers(shader, problem, a, b, c, 1, strides) };
}

/**
 * Buffers of a kernel that loads vec4s: offsets and pitches in vec4s. Both dimensions of A and B, and n of the bias,
 * are padded with zeros up to a multiple of 4, so that a block of 4 x 4 can be loaded anywhere within.
 */
export function vectorOperands(shader: string, problem: Problem, knobs: Knobs): Operands {
  const { m, n, k } = problem.shape;
  const a = place([m, k], 'A', problem, knobs, 4);
  const b = place([k, n], 'B', problem, knobs, 4);
  const c = pitched([m, n], 4);
  const strides = {
    aOffset: a.offset / 4,
    aPitch: pitchOf(a) / 4,
    bOffset: b.offset / 4,
    bPitch: pitchOf(b) / 4,
    cPitch: c.strides[0] / 4,
  };
  return { a, b, c, buffers: buffers(shader, problem, a, b, c, 4, strides) };
}

/** A matrix as its knobs place it, in loads of `width` elements. */
export function place(
  dims: readonly [rows: number, columns: number],
  matrix: 'A' | 'B',
  { dtype }: Problem,
  knobs: Knobs,
  width: 1 | 4,
): Layout {
  const align = pitchInElements(number(knobs, 'pitch'), dtype, width);
  const start = offsetInLoads(number(knobs, 'offset'), dtype, width) * width;
  const byColumn = knobs[`layout${matrix}`] === 'column';
  const layout = byColumn ? columnMajor(dims, align, start) : pitched(dims, align, start);
  return { ...layout, length: start + roundUp(dims[byColumn ? 1 : 0], width) * pitchOf(layout) };
}

/** Elements from one row to the next, or from one column to the next where those lie together. */
export function pitchOf({ strides }: Layout): number {
  return Math.max(...strides);
}

function buffers(
  shader: string,
  problem: Problem,
  a: Layout,
  b: Layout,
  c: Layout,
  width: 1 | 4,
  strides: Readonly<Record<string, number>>,
): readonly BufferPlan[] {
  const { m, n, k, bias } = problem.shape;
  const type = problem.dtype;
  const padding = width === 1 ? {} : { padding: 'zero' as const };
  return [
    { use: 'input', name: 'a', tensor: 'a', type, layout: a, ...padding },
    { use: 'input', name: 'b', tensor: 'b', type, layout: b, ...padding },
    biasBuffer(problem, width),
    { use: 'output', name: 'c', tensor: 'c', type, layout: c },
    params(shader, { m, n, k, bias, ...strides }),
  ];
}

/** The bias, padded with zeros to whole loads; something must be bound where there is none, and nothing reads it then. */
export function biasBuffer({ shape: { n, bias }, dtype: type }: Problem, width: 1 | 4): BufferPlan {
  if (!bias) return { use: 'scratch', name: 'bias', bytes: width * BYTES[type], unused: true };
  const padding = width === 1 ? {} : { padding: 'zero' as const };
  return {
    use: 'input',
    name: 'bias',
    tensor: 'bias',
    type,
    layout: { ...dense([n]), length: roundUp(n, width) },
    ...padding,
  };
}

export function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

/** Aliases, directives and features that go with a storage type; `width` 4 where the kernel has an Elem4, too. */
export function elementType(
  { dtype }: Problem,
  width: 1 | 4,
  features: readonly GPUFeatureName[] = [],
): Pick<KernelPlan, 'aliases' | 'enables' | 'features'> {
  return {
    aliases: { Elem: dtype, ...(width === 4 ? { Elem4: `vec4<${dtype}>` } : {}) },
    enables: NEEDS[dtype].enables,
    features: [...NEEDS[dtype].features, ...features],
  };
}

export interface ProductPlan {
  readonly problem: Problem;
  readonly knobs: Knobs;
  readonly id: string;
  /** Elements in one load. */
  readonly width: 1 | 4;
  readonly pass: Pick<PassPlan, 'workgroups' | 'workgroupSize' | 'overrides'>;
  readonly constants?: Readonly<Record<string, number>>;
  readonly features?: readonly GPUFeatureName[];
  /** What it does to numbers beside storing them. */
  readonly numerics?: Partial<Numerics>;
  /** Of a kernel whose file names its storage type itself. */
  readonly types?: Pick<KernelPlan, 'aliases' | 'enables'>;
  /** Rows and columns of C that one workgroup computes. */
  readonly tile: { readonly rows: number; readonly columns: number };
  /** Invocation within its workgroup that writes element (row, column) of its tile. */
  readonly lane: (row: number, column: number) => number;
}

/** The plan of a kernel with one pass, and what it does to numbers. */
export function productPlan(options: ProductPlan): Solution {
  const { problem, knobs, width, tile } = options;
  const shader = `matmul/${options.id}.wgsl`;
  const { buffers } = (width === 1 ? scalarOperands : vectorOperands)(shader, problem, knobs);
  return solution({
    shader,
    constants: options.constants ?? {},
    ...elementType(problem, width, options.features),
    ...options.types,
    buffers,
    passes: [
      {
        entry: 'product',
        ...options.pass,
        overrides: { ...options.pass.overrides, ...(width === 4 ? tailFlag(problem) : {}) },
      },
    ],
    tile,
    lane: (row, column) => options.lane(row % tile.rows, column % tile.columns),
    numerics: { ...productNumerics(problem), ...options.numerics },
  });
}

/** Sums are f32; the output is stored as the inputs are. */
export function productNumerics(problem: Problem): Numerics {
  return { output: problem.dtype };
}

/** A kernel whose sums are f16 is a lesson: the exact-integer probe tells it wrong, for certain or where it shows. */
export function f16Sums(certain: boolean): WrongByDesign {
  return {
    why: 'Its sums are f16, which skips every second integer from 2,048 on and ends at 65,504',
    gate: 'exact integers',
    certain,
  };
}
