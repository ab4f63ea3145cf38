/**
 * The layout of a matrix and the order in which it is read: lanes along a row of memory against lanes down a column of it; a
 * transpose, which has to do both, without and with a tile in workgroup memory; a matrix times a vector and times another
 * matrix, each stored by rows and by columns. By the model a request down a column costs 32 sectors for 4.
 */
import { predictedNs, timed } from './parts/expected.ts';
import { comparison } from './parts/findings.ts';
import { passesAt } from './parts/passes.ts';
import {
  isProduct,
  matrixTimesMatrix,
  matrixTimesVector,
  NO_FACTORS,
  ORDERS,
  productName,
  vector,
  vectorName,
} from './parts/products.ts';
import { predicted } from './parts/reading.ts';
import { checkWords, hashed, LANES, manyWorkgroups } from './parts/shared.ts';
import type { Found, Model, Prediction, Probe, Row, Setting, Step } from './types.ts';

const SHADER = 'probes/layout.wgsl';
/** Words that one lane sums. */
const WORDS = 64;
const TILE = 32;

/** Words of a row: a power of two, of which the square fits. */
function sideOf({ capabilities, quick, mostBytes }: Setting): number {
  const wanted = capabilities.software ? 512 : quick ? 4096 : 8192;
  return Math.min(wanted, 2 ** Math.floor(Math.log2(Math.sqrt(mostBytes / 4))));
}

/** Sectors of reading and of writing, and how often workgroup memory is asked for one request of a column. */
function modelled(side: number, strides: readonly number[], pitch: number | null): readonly Prediction[] {
  const requests = strides.map((stride) => predicted(4, stride === 1 ? 1 : side, 0)[0]);
  const sectors = { ...requests[0], value: requests.reduce((sum, { value }) => sum + value, 0) };
  if (pitch === null) return [sectors];
  return [sectors, { key: 'passes', title: 'passes a column of the tile', unit: '', value: passesAt(pitch) }];
}

function walk(setting: Setting, what: 'along rows of memory' | 'down columns of memory'): Step {
  const side = sideOf(setting);
  const isAlong = what === 'along rows of memory';
  const sum = (index: number): number => {
    const [chunk, at] = [Math.floor(index / side), index % side];
    let total = 0;
    for (let i = 0; i < WORDS; i++) {
      const other = chunk * WORDS + i;
      total = (total + hashed(isAlong ? other * side + at : at * side + other)) >>> 0;
    }
    return total;
  };
  return {
    at: { what },
    group: 'walk',
    work: {
      kind: 'dispatch',
      pass: {
        shader: SHADER,
        entry: isAlong ? 'columns' : 'rows',
        workgroups: [side / LANES, side / WORDS, 1],
        workgroupSize: [LANES, 1, 1],
        p: { ...NO_FACTORS, side, pitch: TILE },
      },
    },
    quantities: [{ key: 'bytes', title: 'Bandwidth', unit: 'B', count: 4 * side * side }],
    model: modelled(side, [isAlong ? 1 : side], null),
    check: checkWords('out', (side * side) / WORDS, setting.seed, sum),
  };
}

function transposed(setting: Setting, what: string, entry: 'transpose' | 'tiled', pitch: number): Step {
  const side = sideOf(setting);
  const isTiled = entry === 'tiled';
  return {
    at: { what },
    group: 'transpose',
    work: {
      kind: 'dispatch',
      pass: {
        shader: SHADER,
        entry,
        workgroups: [side / TILE, side / TILE, 1],
        workgroupSize: [LANES, 1, 1],
        p: { ...NO_FACTORS, side, pitch },
      },
    },
    quantities: [{ key: 'bytes', title: 'Bandwidth', unit: 'B', count: 8 * side * side }],
    model: modelled(side, [1, isTiled ? 1 : side], isTiled ? pitch : null),
    check: checkWords('out', side * side, setting.seed, (at) => hashed((at % side) * side + Math.floor(at / side))),
  };
}

const SECTORS: Model = {
  key: 'by sectors',
  title: 'by sectors',
  from: 'each as long as in the first row of its kind',
  common: true,
};

export default {
  id: 'layout',
  order: 5,
  title: 'Layout: rows, columns, a transpose and products',
  asks: 'What does it cost to read a row-major matrix by columns, what does a tile save, and how should the matrices of a product be stored?',
  inFingerprint: false,
  seeAlso: [
    { title: 'kernels 2 and 3 of a layer of neurons, row-major and column-major', search: '?view=ladder&op=neuron' },
    {
      title: 'a matrix product over the layouts of both matrices',
      search:
        '?view=sweep&op=matmul&kernel=2_coalesced&x=set.layoutB&x.values=row,column&y=set.layoutA&y.values=row,column',
    },
  ],
  panels: [
    {
      title: 'Bandwidth, by the order of access',
      where: ({ what }) => !isProduct(what),
      x: { scale: 'names', keys: ['what'], title: '' },
      y: { key: 'bytes', scale: 'linear' },
      over: [SECTORS],
    },
    {
      title: 'A product of two matrices, by how each is stored',
      where: ({ what }) => isProduct(what),
      x: { scale: 'names', keys: ['what'], title: '' },
      y: { key: 'rate', scale: 'linear' },
      over: [SECTORS],
    },
  ],
  plan(setting) {
    const side = sideOf(setting);
    return {
      buffers: [{ name: 'data', bytes: 4 * side * side }, { name: 'out', bytes: 4 * side * side }, vector(side)],
      setup: [
        {
          shader: SHADER,
          entry: 'fill',
          workgroups: [manyWorkgroups(setting), 1, 1],
          workgroupSize: [LANES, 1, 1],
          bound: { filled: 'data' },
          p: { ...NO_FACTORS, side, pitch: TILE },
        },
      ],
      steps: [
        walk(setting, 'along rows of memory'),
        walk(setting, 'down columns of memory'),
        transposed(setting, 'transpose', 'transpose', TILE),
        transposed(setting, 'transpose, tiled', 'tiled', TILE),
        transposed(setting, 'transpose, tiled and padded', 'tiled', TILE + 1),
        ...ORDERS.map((order) => matrixTimesVector(setting, side, order)),
        ...ORDERS.flatMap((a) => ORDERS.map((b) => matrixTimesMatrix(setting, side, a, b))),
      ],
    };
  },
  expect: bySectors,
  find(rows, { seed }) {
    return [
      against(rows, 'down columns of memory', 'along rows of memory', seed),
      against(rows, 'transpose, tiled', 'transpose', seed),
      against(rows, 'transpose, tiled and padded', 'transpose, tiled', seed),
      against(rows, vectorName('columns'), vectorName('rows'), seed),
      against(rows, productName('rows', 'columns'), productName('rows', 'rows'), seed),
      against(rows, productName('columns', 'rows'), productName('rows', 'rows'), seed),
      against(rows, productName('columns', 'columns'), productName('rows', 'rows'), seed),
    ];
  },
} satisfies Probe;

/** What does the same work in another order. */
function kindOf(what: unknown): string {
  if (isProduct(what)) return 'product';
  return /transpose|vector/.exec(String(what))?.[0] ?? 'walk';
}

/** If requests were all that counts, the time would go with the sectors that they ask for. */
function bySectors(rows: readonly Row[]): (row: Row) => readonly Prediction[] {
  return (row) => {
    const [first] = timed(rows, ({ what }) => kindOf(what) === kindOf(row.at.what));
    const ns = (first.medianNs * sectorsOf(row)) / sectorsOf(first);
    return predictedNs(SECTORS, row, isProduct(row.at.what) ? 'rate' : 'bytes', ns, [first]);
  };
}

/** NaN of a row of a file that does not say. */
function sectorsOf({ model }: Row): number {
  return model.find(({ key }) => key === 'sectors')?.value ?? Number.NaN;
}

/** The time of one against another, within the same rounds. */
function against(rows: readonly Row[], what: string, other: string, seed: number): Found {
  const row = (name: string): Row | undefined => rows.find(({ at }) => at.what === name);
  const [one, base] = [row(what), row(other)];
  const sectors = (which: Row | undefined): number => which?.model[0]?.value ?? 0;
  const says = `the model has ${sectors(one)} sectors for ${sectors(base)}`;
  return comparison({ key: what, title: `${what}, against ${other}` }, one, base, seed, says);
}
