/** One kernel under several names: false differences are counted, and what cannot be counted is refused. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import schema from '../../bench/result.schema.json' with { type: 'json' };
import type { Request } from '../../src/lab/protocol.ts';
import type { Result, Time } from '../../src/lab/result.ts';
import { type Behaviour, correctResult, runCommand } from './fake-host.ts';
import { temporaryFolder } from './vector-files.ts';

const folder = temporaryFolder();
const ASK = ['bench', 'neuron', '--kernel', '2', '--quick', '--repeat-kernel'];

/** A host on which the last of the names takes so many times as long. */
function host(slower: number, calls: (readonly Request[])[] = []): Behaviour {
  return {
    bench: (requests) => {
      calls.push(requests);
      const results = requests.map((request, index): Result => {
        const result = correctResult(request);
        const factor = index === requests.length - 1 ? slower : 1;
        const samplesNs = Array.from({ length: 15 }, (_, i) => factor * (1000 + (i % 2)));
        return { ...result, time: { ...(result.time as Time), samplesNs, group: `call ${calls.length}` } };
      });
      return { results, restart: false, liveBytes: 0 };
    },
  };
}

async function counted(argv: readonly string[], behaviour: Behaviour) {
  const file = join(folder, `${Math.random()}.json`);
  const ran = await runCommand([...ASK, ...argv, '--json', file], behaviour);
  const document = JSON.parse(readFileSync(file, 'utf8'));
  const validate = new Ajv2020({ strict: true }).compile(schema);
  validate(document);
  expect(validate.errors).toBeNull();
  return { ...ran, sameKernel: document.sameKernel, results: document.results };
}

describe('one kernel under several names', () => {
  test('is one call a try, and differs from itself nowhere on a quiet host', async () => {
    const calls: (readonly Request[])[] = [];
    const { status, stdout, sameKernel, results } = await counted(['3', '--tries', '4'], host(1, calls));
    expect(status).toBe(0);
    expect(calls.map(({ length }) => length)).toEqual([3, 3, 3, 3]);
    expect(results).toHaveLength(12);
    expect(sameKernel).toMatchObject({ names: 3, tries: 4, comparisons: 12, different: 0, largest: null });
    expect(stdout).toMatch(/0 of 12 comparisons say that it differs from itself, in 0 of\s+4 tries: 0%/);
  });

  test('is counted as different where a host makes one of the names slower', async () => {
    const { stdout, sameKernel } = await counted(['3', '--tries', '2'], host(1.1));
    // The last name differs from each of the two others, in both tries.
    expect(sameKernel).toMatchObject({ comparisons: 6, different: 4, triesWithDifference: 2 });
    expect(sameKernel.interval[1]).toBe(1);
    expect(stdout).toMatch(/The largest difference\s+claimed is a ratio of 0\.909\./);
  });

  test.each([
    ['1', [], '--repeat-kernel'],
    ['17', [], '--repeat-kernel'],
    ['2', ['--samples', '14'], 'at least 15 samples'],
    ['2', ['--set', 'WORKGROUP=32,64'], 'one --kernel'],
    ['2', ['--tries', '0'], '--tries'],
  ])('%s times with %s is refused', async (names, more, says) => {
    const { status, stderr, opened } = await runCommand([...ASK, names, ...more], host(1));
    expect([status, opened]).toEqual([2, 0]);
    expect(stderr).toContain(says);
  });

  test('tries without names are refused', async () => {
    const { status, stderr } = await runCommand(['bench', 'neuron', '--tries', '3'], host(1));
    expect(status).toBe(2);
    expect(stderr).toContain('--tries needs --repeat-kernel');
  });
});
