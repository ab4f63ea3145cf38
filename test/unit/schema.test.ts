/** What the commands write is what bench/result.schema.json says, and the schema says no more than that. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import schema from '../../bench/result.schema.json' with { type: 'json' };
import { Failure } from '../../src/core/errors.ts';
import { unreadable } from '../../src/lab/document.ts';
import { unmade } from '../../src/lab/outcome.ts';
import { type Behaviour, correctResult, runCommand } from './fake-host.ts';
import { floatTensor, npz, temporaryFolder, writeCase } from './vector-files.ts';

const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);
const folder = temporaryFolder();
const x = floatTensor({ dims: [2], values: [1, -1] });
const y = floatTensor({ dims: [2], values: [1, 0] });
const relu = writeCase(join(folder, 'relu'), { operator: 'Relu', inputs: [x], outputs: [y] });
const other = writeCase(join(folder, 'other'), { operator: 'Cast', inputs: [x], outputs: [y] });
writeFileSync(join(folder, 'bad.npz'), npz({ a: { dims: [1], values: [1] } }).subarray(0, 30));

const right: Behaviour = {
  bench: (requests) => ({ results: requests.map(correctResult), restart: false, liveBytes: 0 }),
};
const mixed: Behaviour = {
  bench: (requests) => ({
    results: requests.map((request, at) =>
      at === 0 ? correctResult(request) : unmade(request, new Failure('compile', 'no')),
    ),
    restart: false,
    liveBytes: 0,
  }),
};
const noAdapter: Behaviour = { openError: new Failure('no-adapter', 'no adapter') };
const broken: Behaviour = {
  tamper: (values) => {
    values[0] = Number.NaN;
  },
};

async function written(argv: readonly string[], behaviour: Behaviour): Promise<unknown> {
  const file = join(folder, 'out.json');
  await runCommand([...argv, '--json', file], behaviour);
  return JSON.parse(readFileSync(file, 'utf8'));
}

test.each([
  [['bench', 'neuron'], right],
  [['bench', 'neuron'], mixed],
  [['bench', 'neuron'], noAdapter],
  [['bench', 'neuron', '--shape', 'inputs=0'], right],
  [['bench', 'nuron'], right],
  [['tune', 'neuron'], right],
  [['tune', 'neuron'], noAdapter],
  [['tune', 'nuron'], right],
  [['device'], {}],
  [['device'], noAdapter],
  [['device', 'word'], {}],
  [['verify', folder], {}],
  [['verify', relu], broken],
  [['verify', relu], noAdapter],
  [['verify', other], {}],
  [['verify'], {}],
] as readonly (readonly [readonly string[], Behaviour])[])('%j writes a valid document', async (argv, behaviour) => {
  const document = await written(argv, behaviour);
  validate(document);
  expect(validate.errors).toBeNull();
});

describe('the schema refuses', () => {
  const change = async (
    edit: (document: { results: Record<string, unknown>[]; [key: string]: unknown }) => void,
  ): Promise<boolean> => {
    const document = (await written(['bench', 'neuron'], right)) as Parameters<typeof edit>[0];
    expect(validate(document)).toBe(true);
    edit(document);
    return validate(document);
  };

  test.each([
    ['a field that it does not know', { extra: 1 }],
    ['a status that there is not', { status: 'fine' }],
    ['a time without a verdict', { verdict: null }],
    ['a time beside a wrong verdict', { status: 'wrong', reason: 'it is wrong' }],
    ['a status without its reason', { status: 'refused', time: null, measures: [] }],
    ['a rate without a time', { status: 'refused', reason: 'it is', time: null }],
    ['a rate in the form of version 0.1', { rate: { gflops: 1, gbps: 1 } }],
    ['a result without a seed', { seed: undefined }],
  ])('%s', async (_, fields) => {
    expect(await change(({ results }) => Object.assign(results[0], fields))).toBe(false);
  });

  test('an unresolved time with a number, a time of zero, a ratio below zero', async () => {
    const time = (fields: object) => change(({ results }) => Object.assign(results[0].time as object, fields));
    expect(await time({ resolved: false })).toBe(false);
    expect(await time({ medianNs: 0 })).toBe(false);
    expect(await change(({ results }) => Object.assign(results[0].verdict as object, { ratio: -1 }))).toBe(false);
    expect(await change(({ results }) => Object.assign(results[0].verdict as object, { ratio: 'NaN' }))).toBe(false);
    expect(await change((document) => Object.assign(document, { tool: 'other' }))).toBe(false);
  });
});

test.each(readdirSync('bench/results').filter((name) => /^(ladder|curve)-/.test(name)))(
  '%s is valid, and of today',
  (name) => {
    const document = JSON.parse(readFileSync(join('bench/results', name), 'utf8'));
    validate(document);
    expect(validate.errors).toBeNull();
    expect(unreadable(document.version)).toBeNull();
  },
);
