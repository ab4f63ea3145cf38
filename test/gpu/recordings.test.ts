/** The recordings that the page shows before a trace: of the form that their schema has, and what a trace brings again. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import schema from '../../bench/recording.schema.json' with { type: 'json' };
import traceSchema from '../../bench/trace.schema.json' with { type: 'json' };
import { readLesson } from '../../src/cli/lessons/read.ts';
import { Stored } from '../../src/cli/lessons/stored.ts';
import { rootFor } from '../../src/cli/setup/root.ts';
import { edited } from '../../src/core/edited.ts';
import { findKernel, source } from '../../src/kernels/index.ts';
import { type Recording, recorded, replayed } from '../../src/lab/recording.ts';
import type { Edit } from '../../src/lessons/types.ts';
import { host } from '../setup/hosts.ts';

const folder = join(rootFor('npm test'), 'recordings');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.json'));
const validate = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true })
  .addSchema(traceSchema, 'trace.schema.json')
  .compile(schema);

/** The edited texts that lessons have traces of, by the recording's path. */
const edits = new Map<string, Edit>();
for (const name of readdirSync('src/lessons').filter((one) => one.endsWith('.md'))) {
  const path = `src/lessons/${name}`;
  for (const evidence of Object.values(readLesson(path, readFileSync(path, 'utf8'), new Stored('.')).evidence))
    if (evidence.kind === 'trace' && evidence.edit) edits.set(evidence.recording, evidence.edit);
}

test.each(files)('%s', async (path) => {
  const recording = JSON.parse(readFileSync(join(folder, path), 'utf8')) as Recording;
  expect(validate(recording), JSON.stringify(validate.errors)).toBe(true);
  const { op, kernel, shape, dtype, knobs, seed, machine } = recording.result;
  const found = findKernel(op, kernel) ?? expect.fail(`there is no kernel ${op}/${kernel}`);
  const edit = edits.get(path.slice(0, -'.json'.length));
  if (!path.startsWith('lessons/')) {
    expect(path).toBe(join(op, `${kernel}.json`));
    // What is shown before a run is what the kernel starts from.
    expect(knobs).toEqual(Object.fromEntries(found.knobs.map(({ key, default: value }) => [key, value])));
  }
  const params = {
    request: {
      op,
      kernel,
      shape,
      dtype,
      knobs,
      seed,
      ...(edit ? { source: edited(source(found), [edit.find, edit.replace]) } : {}),
    },
    workgroups: 'all',
    machine,
    limitMs: 60_000,
    steps: 'values',
  } as const;
  const { result, steps } = await (await host('dawn')).call('trace', params);
  // One from before a counter was added does not have it.
  expect(result).toMatchObject(recording.result);
  // Where a lesson shows counters alone, what the lanes did is not kept: that may be megabytes.
  if (path.startsWith('lessons/') && recording.steps.length === 0) return;
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
