import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseFlags } from '../../src/cli/args.ts';
import { BENCH_FLAGS, benchPlan } from '../../src/cli/bench-request.ts';
import { refusedBeforehand } from '../../src/cli/run.ts';
import type { Files } from '../../src/cli/setup/files.ts';
import { driverPaths, libraryFolders } from '../../src/cli/survey/drivers.ts';
import { countsOf, fastestOf, surveyTable } from '../../src/cli/survey/report.ts';
import { carriedOver, STEPS } from '../../src/cli/survey/steps.ts';
import { TUNE_FLAGS, tunePlan } from '../../src/cli/tune-request.ts';
import type { Result } from '../../src/lab/result.ts';
import { correctResult } from './fake-host.ts';

const timed = (kernel: string, ms: number | null, more: Partial<Result> = {}): Result => {
  const result = correctResult({ op: 'matmul', kernel });
  return { ...result, time: result.time && { ...result.time, medianNs: ms === null ? null : ms * 1e6 }, ...more };
};

describe('the steps', () => {
  test.each(STEPS.filter(({ args }) => args[0] !== 'device'))(
    '$id is a command line that runs something',
    ({ args }) => {
      const [command, ...rest] = args;
      if (command === 'tune') expect(tunePlan(parseFlags(rest, TUNE_FLAGS)).kernels.length).toBeGreaterThan(0);
      else {
        const { requests } = benchPlan(parseFlags(rest, BENCH_FLAGS));
        // One that no device could run is refused before there is any.
        expect(requests.some((request) => refusedBeforehand(request) === null)).toBe(true);
      }
    },
  );

  test('have names of their own, and each large one comes after the one that chooses its kernels', () => {
    const ids = STEPS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, after } of STEPS) if (after) expect(ids.slice(0, ids.indexOf(id))).toContain(after.step);
  });
});

describe('what a larger problem takes over', () => {
  test('the fastest kernels, those that were wrong or slow left out', () => {
    const results = [
      timed('1_uncoalesced', 9),
      timed('6_vector_loads', 2),
      timed('5_register_tile', 1),
      timed('9_split_k', null),
      timed('3_tiles', 0.5, { status: 'wrong' }),
    ];
    expect(carriedOver(results, { growth: 8, narrow: true }, 45)).toEqual(['5_register_tile', '6_vector_loads']);
    expect(carriedOver(results, { growth: 8, narrow: false }, 45)).toEqual([
      '5_register_tile',
      '6_vector_loads',
      '1_uncoalesced',
    ]);
  });

  test('as many as there is time for', () => {
    const results = [timed('5_register_tile', 10), timed('6_vector_loads', 11), timed('9_split_k', 12)];
    expect(carriedOver(results, { growth: 8, narrow: true }, 12)).toEqual(['5_register_tile', '6_vector_loads']);
  });

  test('nothing where a dispatch would last too long, or nothing was timed', () => {
    expect(carriedOver([timed('5_register_tile', 200)], { growth: 64, narrow: true }, 90)).toBe(
      'one dispatch would take about 12.8 s, and there is time for 1.00 s each',
    );
    expect(carriedOver([timed('5_register_tile', 100)], { growth: 8, narrow: true }, 20)).toContain('for 300 ms each');
    expect(carriedOver([], { growth: 8, narrow: true }, 45)).toBe('no kernel was timed on the smaller problem');
  });
});

describe('ways to a driver', () => {
  const files = (paths: readonly string[]): Files => ({
    exists: (path) => paths.some((file) => file === path || file.startsWith(`${path}/`)),
    read: () => null,
    list: (folder) =>
      paths.filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1)),
  });

  test("the system's own first, then manifests that the loader does not look for, then our own", () => {
    const scratch = mkdtempSync(join(tmpdir(), 'tilescope-drivers-'));
    const there = files([
      '/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json',
      '/usr/share/vulkan/icd.d/lvp_icd.json',
      '/usr/local/nvidia/lib64/libEGL_nvidia.so.0',
    ]);
    const paths = [...driverPaths(scratch, there)].map(({ env }) => env.VK_DRIVER_FILES);
    expect(paths.slice(0, 2)).toEqual([undefined, '/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json']);
    expect(paths.slice(2).map((path) => JSON.parse(readFileSync(path as string, 'utf8')).ICD.library_path)).toEqual([
      'libGLX_nvidia.so.0',
      'libEGL_nvidia.so.0',
    ]);
    expect(libraryFolders(there)).toEqual(['/usr/local/nvidia/lib64']);
  });
});

test('the table says what was found and, once, what several steps lack', () => {
  const results = [timed('5_register_tile', 2), timed('6_vector_loads', 1), timed('4_padded', 3, { status: 'failed' })];
  expect(countsOf(results)).toEqual({ correct: 2, failed: 1 });
  const none = {
    file: null,
    state: 'left out',
    reason: 'no time',
    seconds: 0,
    status: null,
    counts: {},
    fastest: null,
  } as const;
  const table = surveyTable('An adapter', [
    {
      ...none,
      id: 'one',
      file: '01.json',
      state: 'done',
      reason: null,
      counts: countsOf(results),
      fastest: fastestOf(results),
    },
    { ...none, id: 'two' },
    { ...none, id: 'three' },
  ]);
  expect(table).toMatch(/^An adapter\n\nStep .*\none +0\.0 +2 +1 +6_vector_loads +1\.00 ms/);
  expect(table).toContain('two, three: no time\n');
});
