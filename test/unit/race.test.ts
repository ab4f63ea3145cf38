/** What races found, as the kernels that choose take it, and as the command line keeps it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { RaceFile } from '../../src/cli/race-file.ts';
import { kernels } from '../../src/kernels/index.ts';
import { isOutcome, outcomeOf } from '../../src/kernels/raced.ts';
import { AUTO } from '../../src/kernels/tuned.ts';
import type { Capabilities, Choice, Kernel, Race, RaceOutcome, Solution } from '../../src/kernels/types.ts';
import { defaultCapabilities, planRequest, resolve, tryPlan } from '../../src/lab/plan.ts';
import type { Request } from '../../src/lab/protocol.ts';
import { isResolved } from '../../src/lab/race.ts';
import { headline } from '../../src/ops/smaller.ts';
import { type Behaviour, correctResult, runCommand } from './fake-host.ts';
import { temporaryFolder } from './vector-files.ts';

const software: Capabilities = { ...defaultCapabilities, software: true, subgroupMinSize: 8, subgroupMaxSize: 8 };
const vector = { m: 1, n: 4096, k: 4096 };

/** An outcome for a request, as a race on `device` would bring it. */
function outcomeFor(request: Request, winner: Choice, device: Capabilities = software): RaceOutcome {
  const { kernel, problem, knobs } = resolve(request);
  const { race } = kernel;
  if (!race) throw new Error(`${kernel.id} has no race`);
  const question = race.question(problem, knobs, device);
  const times = [{ ...winner, leastNs: 1000 }];
  const edition = race.edition(problem, knobs, device, [winner]);
  const { shape } = problem;
  return { ...question, start: winner, winner, shape, given: knobs, edition, times, date: '2026-11-27' };
}

const asked: Request = { op: 'matmul', kernel: AUTO, shape: vector };
const winner: Choice = { kernel: '12_matrix_vector', knobs: { WX: 4, WY: 2, COLUMNS: 8, SPLITS: 2 } };
const chosenOn = (raced: readonly RaceOutcome[], request = asked, device = software) =>
  planRequest(request, { ...device, raced }).chosen;

describe('a kernel that chooses', () => {
  test('takes the winner of a race, also for another shape of its class', () => {
    const outcome = outcomeFor(asked, winner);
    expect(chosenOn([outcome])).toMatchObject({ kernel: winner.kernel, knobs: winner.knobs, by: 'measured' });
    expect(chosenOn([outcome], { ...asked, shape: { m: 1, n: 8192, k: 3000 } })?.by).toBe('measured');
    const later = { ...outcome, winner: { kernel: '2_coalesced', knobs: {} } };
    expect(chosenOn([outcome, later])?.kernel).toBe('2_coalesced');
  });

  test.each<[string, Partial<RaceOutcome>]>([
    ['another adapter, or another version of its driver', { adapter: 'other' }],
    ['another type', { dtype: 'f16' }],
    ['another class of shapes', { shapeClass: 'm9 n9 k9, row/row, vec4' }],
    ['other kernels than those of today', { edition: '0000000000000000' }],
    ['a race that took the device down', { times: [] }],
    ['a kernel that is gone', { winner: { kernel: '99_gone', knobs: {} } }],
    ['a value that is gone', { winner: { kernel: '12_matrix_vector', knobs: { WX: 3 } } }],
  ])('goes by its rules where the outcome is of %s', (_, fields) => {
    expect(chosenOn([{ ...outcomeFor(asked, winner), ...fields }])).toMatchObject({ by: 'rule' });
  });

  test('goes by its rules where a candidate is planned in another way today', () => {
    const outcome = outcomeFor(asked, winner);
    const kernel = kernels.find(({ op, id }) => op === 'matmul' && id === winner.kernel);
    const { plan } = kernel ?? {};
    if (!kernel || !plan) throw new Error('there is no such kernel');
    type Passes = Solution['plan']['passes'];
    const planned = (change: (pass: Passes[number]) => Passes[number]): string | undefined => {
      const changed = vi.spyOn(kernel, 'plan').mockImplementation((problem, knobs, device) => {
        const solution = plan(problem, knobs, device);
        return { ...solution, plan: { ...solution.plan, passes: solution.plan.passes.map(change) } };
      });
      const { by } = chosenOn([{ ...outcome }]) ?? {};
      changed.mockRestore();
      return by;
    };
    expect(planned((pass) => pass)).toBe('measured');
    expect(planned(({ workgroups: [x, y, z], ...rest }) => ({ ...rest, workgroups: [x, y, z + 1] }))).toBe('rule');
    expect(planned((pass) => ({ ...pass, overrides: { ...pass.overrides, MORE: 1 } }))).toBe('rule');
    expect(planned((pass) => ({ ...pass, entry: 'other' }))).toBe('rule');
    expect(chosenOn([outcome])?.by).toBe('measured');
  });

  test('goes by its rules where the winner does not take the problem', () => {
    const raced = [outcomeFor(asked, { kernel: '19_line_per_lane', knobs: { COLUMNS: 16 } })];
    expect(chosenOn(raced)?.by).toBe('measured');
    expect(chosenOn(raced, { ...asked, knobs: { layoutB: 'column' } })?.by).toBe('rule');
  });
});

test('a clock that gave nothing once does not take a candidate out, and samples too short for it do', () => {
  const [most, half] = [
    [5e6, Number.NaN, 5e6],
    [5e6, Number.NaN],
  ];
  expect(isResolved(most, 1, 1e4)).toBe(true);
  expect(isResolved(half, 1, 1e4)).toBe(false);
  expect(isResolved([5e6, 9e5, 5e6], 1, 1e4)).toBe(false);
  expect(isResolved([5e5, 5e5], 10, 1e4)).toBe(true);
});

test('what was kept without its times is no outcome', () => {
  const { times: _, ...rest } = outcomeFor(asked, winner);
  expect([isOutcome(rest), isOutcome({ ...rest, times: [] }), isOutcome(null)]).toEqual([false, true, false]);
});

const choosers = kernels.filter((kernel): kernel is Kernel & { race: Race } => kernel.race !== undefined);

test('every kernel that chooses lets its candidates race', () => {
  expect(choosers).toEqual(kernels.filter(({ id }) => id === AUTO));
});

describe.each(choosers)('the race of $op', ({ op, id, race, dtypes }) => {
  const gpu: Capabilities = { ...defaultCapabilities, subgroupMinSize: 32, subgroupMaxSize: 32 };
  const shapes = resolve({ op, kernel: id }).operation.presets.map(({ shape }) => shape);

  test('starts from the choice without one, and has rivals of which some run', () => {
    for (const device of [software, gpu]) {
      for (const dtype of dtypes) {
        for (const shape of shapes) {
          const { problem, knobs } = resolve({ op, kernel: id, shape, dtype });
          const entrants = race.entrants(problem, knobs, device);
          const { chosen } = planRequest({ op, kernel: id, shape, dtype }, device);
          expect(entrants[0]).toEqual(chosen);
          const run = entrants.filter(
            ({ kernel, knobs: own }) => 'plan' in tryPlan({ ...problem, kernel, knobs: own }, device),
          );
          expect(run.length, JSON.stringify(shape)).toBeGreaterThan(1);
        }
      }
    }
  });

  test('is over a problem of so much work at most, and over its own shape where that is small', () => {
    for (const shape of shapes) {
      const { operation, problem } = resolve({ op, kernel: id, shape });
      for (const most of [5e7, 1.1e9]) {
        const raced = race.shape(problem, most);
        operation.check?.(raced);
        const count = headline(operation, raced, 'f32');
        expect(count).toBeLessThanOrEqual(1.1 * most);
        if (headline(operation, shape, 'f32') < most / 2) expect(raced).toEqual(shape);
      }
    }
  });
});

describe('.cache/race.json', () => {
  const folder = (): string => temporaryFolder();
  const outcome = outcomeFor(asked, winner);

  test('keeps outcomes between calls, one for each question', () => {
    const root = folder();
    new RaceFile(root).keep(outcome);
    const other = { ...outcome, adapter: 'other' };
    new RaceFile(root).keep(other);
    const again = { ...outcome, date: '2026-11-28' };
    const file = new RaceFile(root);
    file.keep(again);
    expect(new RaceFile(root).outcomes).toEqual([other, again]);
    expect(outcomeOf(file.outcomes, outcome)).toEqual(again);
  });

  test.each(['', 'nonsense', '[]', '{"form": 1, "outcomes": []}', '{"form": 2, "outcomes": [{}, null, 3]}'])(
    'is taken for empty where it holds %j, and written over',
    (text) => {
      const root = folder();
      mkdirSync(join(root, '.cache'), { recursive: true });
      writeFileSync(join(root, '.cache/race.json'), text);
      const file = new RaceFile(root);
      expect(file.outcomes).toEqual([]);
      file.keep(outcome);
      expect(new RaceFile(root).outcomes).toEqual([outcome]);
    },
  );

  test('is not written without a repository', () => {
    const file = new RaceFile(null);
    file.keep(outcome);
    expect(file.outcomes).toEqual([outcome]);
  });
});

describe('bench', () => {
  const seen: unknown[] = [];
  const host: Behaviour = {
    bench: (requests, { onProgress }, params) => {
      seen.push(params.raced);
      onProgress?.({ kind: 'choice', index: 0, at: 3, of: 5 });
      if (params.raced?.length === 0) onProgress?.({ kind: 'raced', index: 0, outcome: outcomeFor(asked, winner) });
      return { results: requests.map(correctResult), restart: false, liveBytes: 0 };
    },
  };
  const argv = ['bench', 'matmul', '--kernel', AUTO, '--shape', 'm=1,n=4096,k=4096'];

  test('keeps what a race found, and gives it along with the next call', async () => {
    const root = temporaryFolder();
    const run = (...more: string[]) => runCommand([...argv, ...more], host, new AbortController(), { root });
    seen.length = 0;
    await run();
    expect(seen).toEqual([[]]);
    expect(JSON.parse(readFileSync(join(root, '.cache/race.json'), 'utf8')).outcomes).toHaveLength(1);
    await run();
    expect(seen[1]).toEqual([outcomeFor(asked, winner)]);
    await run('--no-race');
    expect(seen[2]).toBeUndefined();
  });

  test('goes on by the rules where a candidate took the host down', async () => {
    const abandoned = { ...outcomeFor(asked, winner), times: [] };
    const calls: unknown[] = [];
    const { status, stderr } = await runCommand(argv, {
      bench: (requests, { onProgress }, { raced }) => {
        calls.push(raced);
        if (raced?.length) return { results: requests.map(correctResult), restart: false, liveBytes: 0 };
        onProgress?.({ kind: 'raced', index: 0, outcome: abandoned });
        return { results: [null], restart: true, liveBytes: 0 };
      },
    });
    expect(calls).toEqual([[], [abandoned]]);
    expect(status).toBe(0);
    expect(stderr).toContain('A candidate did not return, so the rules choose. Restarting the host.');
  });
});
