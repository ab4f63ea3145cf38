/** The recordings that the page shows before a trace: of the form that their schema has, and what a trace brings again. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import schema from '../../bench/recording.schema.json' with { type: 'json' };
import traceSchema from '../../bench/trace.schema.json' with { type: 'json' };
import { rootFor } from '../../src/cli/setup/root.ts';
import { findKernel } from '../../src/kernels/index.ts';
import { type Recording, recorded, replayed } from '../../src/lab/recording.ts';
import { host } from '../setup/hosts.ts';

const folder = join(rootFor('npm test'), 'recordings');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.json'));
const validate = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true })
  .addSchema(traceSchema, 'trace.schema.json')
  .compile(schema);

test.each(files)('%s', async (path) => {
  const recording = JSON.parse(readFileSync(join(folder, path), 'utf8')) as Recording;
  expect(validate(recording), JSON.stringify(validate.errors)).toBe(true);
  const { op, kernel, shape, dtype, knobs, seed, machine } = recording.result;
  expect(path).toBe(join(op, `${kernel}.json`));
  // What is shown before a run is what the kernel starts from.
  const defaults = (findKernel(op, kernel)?.knobs ?? []).map(({ key, default: value }) => [key, value]);
  expect(knobs).toEqual(Object.fromEntries(defaults));
  const params = {
    request: { op, kernel, shape, dtype, knobs, seed },
    workgroups: 'all',
    machine,
    limitMs: 60_000,
    steps: 'values',
  } as const;
  const { result, steps } = await (await host('dawn')).call('trace', params);
  expect(result).toEqual(recording.result);
  const again = recorded(steps);
  expect(again.map(({ values: _, ...rest }) => rest)).toEqual(recording.steps.map(({ values: _, ...rest }) => rest));
  for (const [pass, { values }] of again.entries()) {
    const before = recording.steps[pass].values;
    expect(values.length).toBe(before.length);
    // Other compilers round elsewhere.
    const far = values.findIndex((value, at) => !isNear(value, before[at]));
    expect(far, `${values[far]} for ${before[far]}`).toBe(-1);
  }
  // As a file and back: lists of whole numbers are the same.
  for (const [pass, { address, ends, valueEnds }] of replayed(again).entries())
    expect([address, ends, valueEnds]).toEqual([steps[pass].address, steps[pass].ends, steps[pass].valueEnds]);
});

/** What is not a number is near nothing else. */
function isNear(a: number | null, b: number | null): boolean {
  return a === null || b === null ? a === b : Math.abs(a - b) <= 1e-3 * (1 + Math.abs(a));
}
