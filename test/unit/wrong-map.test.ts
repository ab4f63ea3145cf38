/** Where an output is wrong, in cells. */
import { describe, expect, it } from 'vitest';
import { compare } from '../../src/core/verdict.ts';
import { WrongCells } from '../../src/core/wrong-map.ts';
import { referenceOf } from '../../src/ops/references.ts';

describe('the map of what is wrong', () => {
  it('covers every element once, whatever the size', () => {
    for (const [rows, columns] of [
      [1, 1],
      [32, 33],
      [100, 7],
      [1000, 64],
    ]) {
      const cells = new WrongCells('c', rows, columns);
      for (let row = 0; row < rows; row++) {
        cells.row(row);
        for (let column = 0; column < columns; column++) cells.add(row, column);
      }
      const map = cells.map();
      expect(map).toMatchObject({ rows, columns, height: Math.min(32, rows), width: Math.min(32, columns) });
      expect(map?.shares).toEqual(Array.from({ length: (map?.height ?? 0) * (map?.width ?? 0) }, () => 1));
    }
  });

  it('tells what is right from what was not looked at', () => {
    const cells = new WrongCells('c', 64, 2);
    expect(cells.map()).toBeNull();
    cells.row(0);
    cells.row(1);
    cells.add(1, 1);
    expect(cells.map()?.shares.slice(0, 4)).toEqual([0, 0.5, null, null]);
  });

  it('does not take the rest of a part that was only scanned for wrong', () => {
    const cells = new WrongCells('c', 64, 2);
    cells.addScanned(0, 0);
    cells.addScanned(2, 0);
    cells.addScanned(3, 0);
    // That one is in a row that was compared, as is the right one above it.
    cells.addScanned(5, 0);
    cells.row(4);
    cells.row(5);
    expect(cells.map()?.shares.slice(0, 6)).toEqual([0.5, null, 1, null, 0.5, 0]);
  });

  it('is part of a verdict on a wrong output, and of no other', async () => {
    const matmul = referenceOf('matmul');
    const problem = {
      op: 'matmul',
      shape: { m: 40, n: 40, k: 8, bias: 0 },
      dtype: 'f32',
      seed: 1,
      input: 'normal',
    } as const;
    const inputs = matmul.inputs(problem);
    const [judge] = matmul.judges(problem, inputs, { output: 'f32' });
    const values = new Float64Array(1600);
    const bound = new Float64Array(40);
    for (let row = 0; row < 40; row++) judge.row(row, values.subarray(row * 40, row * 40 + 40), bound);
    const options = { budget: Number.POSITIVE_INFINITY, seed: 1 };
    expect((await compare([{ judge, values }], options)).where).toBeUndefined();
    // The last column, as a tile that is off by one leaves it.
    for (let row = 0; row < 40; row++) values[row * 40 + 39] = 1e6;
    const { where } = await compare([{ judge, values }], options);
    expect(where).toMatchObject({ tensor: 'c', rows: 40, columns: 40, height: 32, width: 32 });
    expect(where?.shares.every((share, at) => (share ?? 0) > 0 === (at % 32 === 31))).toBe(true);
  });
});
