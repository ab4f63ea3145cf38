/** Probes on real hosts: their verdicts, the form of what they write, and what makes a verdict fail. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it, test } from 'vitest';
import schema from '../../bench/memory.schema.json' with { type: 'json' };
import { run } from '../../src/cli/main.ts';
import type { Surroundings } from '../../src/cli/session.ts';
import type { ProbeResult } from '../../src/lab/probe-result.ts';
import { probes } from '../../src/probes/index.ts';
import { host } from '../setup/hosts.ts';
import { isWhole } from '../setup/whole.ts';

const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);
const folder = mkdtempSync(join(tmpdir(), 'tilescope-memory-'));
/** Enough to see that all of it runs: intervals take 15. */
const SAMPLES = 2;

interface Ran {
  readonly status: number;
  readonly text: string;
  readonly results: readonly ProbeResult[];
}

async function measured(name: 'dawn' | 'chrome', ...argv: readonly string[]): Promise<Ran> {
  let text = '';
  const stdout = { write: (more: string) => (text += more) } as unknown as Surroundings['stdout'];
  const shared = await host(name);
  const openHost: Surroundings['openHost'] = async () => ({
    name: shared.name,
    call: (method, params, options) => shared.call(method, params, options),
    close: async () => {},
  });
  const file = join(folder, 'out.json');
  const around = { stdout, stderr: stdout, env: {}, root: null, openHost, signal: new AbortController().signal };
  const words = ['bench', 'memory', ...argv, '--quick', '--samples', String(SAMPLES), '--host', name, '--json', file];
  const status = await run(words, around);
  const document = JSON.parse(readFileSync(file, 'utf8'));
  validate(document);
  expect(validate.errors).toBeNull();
  return { status, text, results: document.results };
}

describe.each(['dawn', 'chrome'] as const)('on %s', (name) => {
  // Every second one on the other host where not all is tried.
  const own = probes.filter((_, index) => isWhole || index % 2 === Number(name === 'chrome'));
  it.each(own.map(({ id }) => id))('%s is right, step by step', async (id) => {
    const { status, text, results } = await measured(name, '--kernel', id);
    expect(text).toContain(`(${id}): correct`);
    expect(status).toBe(0);
    const [{ rows, verdict }] = results;
    expect(rows.length).toBeGreaterThan(2);
    expect(verdict?.total).toBeGreaterThan(0);
    expect(rows.every(({ check }) => check === (id === 'accuracy' ? 'none' : 'exact'))).toBe(true);
    expect(rows.some(({ medianNs }) => medianNs !== null)).toBe(true);
    // Of so few samples nothing is claimed.
    expect(rows.every(({ intervalNs, samplesNs }) => (intervalNs === null) === samplesNs.length < 15)).toBe(true);
  });
});

test('what is refused: 2', async () => {
  expect((await measured('dawn', '--kernel', 'stairs')).text).toContain('There is no probe "stairs"');
  expect((await measured('dawn', '--shape', 'm=1')).text).toContain('There is no flag --shape');
});
