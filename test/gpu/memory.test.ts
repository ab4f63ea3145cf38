/** Probes on real hosts: their verdicts, the form of what they write, and what makes a verdict fail. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it, test } from 'vitest';
import schema from '../../bench/memory.schema.json' with { type: 'json' };
import type { ProbeResult } from '../../src/lab/probe-result.ts';
import { probes } from '../../src/probes/index.ts';
import { type Ran, ranOn } from '../setup/command.ts';
import { isWhole } from '../setup/whole.ts';

const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);
/** Enough to see that all of it runs: intervals take 15. */
const SAMPLES = 2;

const measured = (name: 'dawn' | 'chrome', ...argv: readonly string[]): Promise<Ran<ProbeResult>> =>
  ranOn(name, validate, ['bench', 'memory', ...argv, '--quick', '--samples', String(SAMPLES)]);

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
