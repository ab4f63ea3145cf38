/**
 * Where the elements of a tensor lie in a buffer.
 *
 * The values that operations and references work on are dense and row-major. A kernel may want them transposed,
 * pitched or shifted: a `Layout` says where element (i0, i1, ...) lies, in elements from the start of the binding.
 */

/** Dense values of a tensor; f16 is held as f32. */
export type DenseArray = Float32Array | Uint32Array | Int32Array;

export interface Layout {
  /** Extent of each dimension, outermost first. */
  readonly dims: readonly number[];
  /** Distance between neighbours along each dimension, in elements. */
  readonly strides: readonly number[];
  /** Index of element (0, 0, ...), in elements. */
  readonly offset: number;
  /** Elements that the buffer holds, padding included. */
  readonly length: number;
  /**
   * Where each innermost run starts, in elements, by the dense order of the outer dimensions: for tensors that lie in
   * pages, which no strides describe. `strides` then holds for the innermost dimension only.
   */
  readonly starts?: Uint32Array;
}

/** Product of the extents; 1 for a scalar. */
export function count(dims: readonly number[]): number {
  return dims.reduce((product, extent) => product * extent, 1);
}

/** Row-major without padding. `offset` in elements. */
export function dense(dims: readonly number[], offset = 0): Layout {
  return pitched(dims, 1, offset);
}

/**
 * Row-major, with the innermost dimension's pitch rounded up to a multiple of `align` elements.
 * Outer dimensions are packed on top of that.
 */
export function pitched(dims: readonly number[], align: number, offset = 0): Layout {
  return ordered(
    dims,
    dims.map((_, axis) => axis),
    align,
    offset,
  );
}

/** Column-major for a matrix (rows, columns): neighbours along a column lie side by side, pitch aligned. */
export function columnMajor(dims: readonly [number, number], align = 1, offset = 0): Layout {
  return ordered(dims, [1, 0], align, offset);
}

/**
 * Dimensions laid out in `order` (axis numbers, outermost first); the last of them is contiguous and its pitch
 * rounded up to a multiple of `align` elements.
 */
export function ordered(dims: readonly number[], order: readonly number[], align = 1, offset = 0): Layout {
  const strides = new Array<number>(dims.length).fill(1);
  let step = 1;
  for (let k = order.length - 1; k >= 0; k--) {
    strides[order[k]] = step;
    step *= dims[order[k]];
    if (k === order.length - 1) step = Math.ceil(step / align) * align;
  }
  return { dims, strides, offset, length: offset + Math.max(step, 1) };
}

/** Calls `visit(denseIndex, bufferIndex, runLength, bufferStep)` for each innermost run of the tensor. */
export function forEachRun(
  layout: Layout,
  visit: (dense: number, position: number, length: number, step: number) => void,
): void {
  const { dims, strides, offset, starts } = layout;
  const rank = dims.length;
  const inner = rank === 0 ? 1 : dims[rank - 1];
  const step = rank === 0 ? 1 : strides[rank - 1];
  const rows = rank === 0 ? 1 : count(dims.slice(0, rank - 1));
  const at = new Array<number>(Math.max(rank - 1, 0)).fill(0);
  for (let row = 0; row < rows; row++) {
    let position = offset;
    for (let axis = 0; axis < rank - 1; axis++) position += at[axis] * strides[axis];
    visit(row * inner, starts ? starts[row] : position, inner, step);
    for (let axis = rank - 2; axis >= 0 && ++at[axis] === dims[axis]; axis--) at[axis] = 0;
  }
}

/** Writes dense values to their places in `target`. */
export function scatter(values: ArrayLike<number>, layout: Layout, target: { [index: number]: number }): void {
  forEachRun(layout, (from, to, length, step) => {
    for (let i = 0; i < length; i++) target[to + i * step] = values[from + i];
  });
}

/** Reads a tensor out of `source` into a dense array: of integers where they are, which f32 could not all hold. */
export function gather(source: ArrayLike<number>, layout: Layout): DenseArray {
  const length = count(layout.dims);
  const values =
    source instanceof Uint32Array || source instanceof Int32Array
      ? new (source.constructor as typeof Uint32Array | typeof Int32Array)(length)
      : new Float32Array(length);
  forEachRun(layout, (to, from, length, step) => {
    for (let i = 0; i < length; i++) values[to + i] = source[from + i * step];
  });
  return values;
}
