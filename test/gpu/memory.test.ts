/** Probes on real hosts: their verdicts, the form of what they write, and what makes a verdict fail. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, afterEach, describe, expect, it, test, vi } from 'vitest';
import { create, globals } from 'webgpu';
import schema from '../../bench/memory.schema.json' with { type: 'json' };
import { PROBE_BUDGETS, type ProbeResult } from '../../src/lab/probe-result.ts';
import { createService } from '../../src/lab/service.ts';
import { findProbe, probes } from '../../src/probes/index.ts';
import { type Cycle, lineAt } from '../../src/probes/parts/cycle.ts';
import type { Probe, ProbePass, ProbePlan, Step } from '../../src/probes/types.ts';
import { type Ran, ranOn } from '../setup/command.ts';
import { hasDeno } from '../setup/hosts.ts';
import { isWhole } from '../setup/whole.ts';

const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);
/** Enough to see that all of it runs: intervals take 15. */
const SAMPLES = 2;

const measured = (name: 'dawn' | 'chrome' | 'deno', ...argv: readonly string[]): Promise<Ran<ProbeResult>> =>
  ranOn(name, validate, ['bench', 'memory', ...argv, '--quick', '--samples', String(SAMPLES)]);

describe.each(['dawn', 'chrome'] as const)('on %s', (name) => {
  // Where not all is tried, every second one is on the other host, and the roofs, which take longest, are tried below.
  const isTried = (id: string, index: number): boolean => id !== 'roofs' && index % 2 === Number(name === 'chrome');
  const own = probes.filter(({ id }, index) => isWhole || isTried(id, index));
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

describe.runIf(hasDeno)('on deno, whose compiler is another one', () => {
  // Where not all is tried, one that has two files of WGSL, the roofs' among them.
  const own = isWhole ? probes.map(({ id }) => id) : ['grid'];
  it.each(own)('%s is right, step by step', async (id) => {
    const { status, results } = await measured('deno', '--kernel', id);
    expect(results.map(({ status: one, reason }) => [one, reason])).toEqual([['correct', null]]);
    expect(status).toBe(0);
  });
});

describe('a fingerprint without enough time', () => {
  const within = (seconds: number): Promise<Ran<ProbeResult>> =>
    ranOn('dawn', validate, ['device', '--fingerprint', '--seconds', String(seconds)]);

  test('ends in time, with what it could measure, and says of all else that the time ran out', async () => {
    const started = performance.now();
    const { status, text, results } = await within(2);
    expect(status).toBe(0);
    expect(text).toContain('the time ran out');
    const late = results.flatMap(({ rows }) => rows).filter(({ withheld }) => withheld !== undefined);
    const isMissing = late.length > 0 || results.some((one) => one.status === 'withheld');
    expect(isMissing).toBe(true);
    expect(results.every((one) => one.status === 'correct' || one.status === 'withheld')).toBe(true);
    // On a machine that is busy elsewhere, whatever cannot be interrupted lasts longer.
    expect(performance.now() - started).toBeLessThan(40_000);
  });

  test('without any withholds everything: 0', async () => {
    const { status, results } = await within(0);
    expect(status).toBe(0);
    expect(results.map((one) => one.status)).toEqual(results.map(() => 'withheld'));
    expect(results.length).toBeGreaterThan(4);
  });
});

test('what is refused: 2', async () => {
  expect((await ranOn('dawn', validate, ['device', '--fingerprint', '--seconds', 'soon'])).text).toContain('--seconds');
  expect((await measured('dawn', '--kernel', 'stairs')).text).toContain('There is no probe "stairs"');
  expect((await measured('dawn', '--shape', 'm=1')).text).toContain('There is no flag --shape');
});

/**
 * Steps that hold staircase-large.wgsl against its twin, which the checks of the staircase use: every link of a set, the ends of
 * chases, and whether a touch finds the lines that are not linked. What is not linked holds the word that a touch looks for.
 */
function computedCycle(cycle: Cycle): ProbePlan {
  const { lines } = cycle;
  const pitch = 8;
  const hops = 7 * 1024;
  const workgroups = Math.ceil(lines / 256);
  // Places of the first piece; the second ends with half a workgroup.
  const split = 256 * 50;
  const bytes = 4 * pitch * lines;
  const unlinked = (): Uint32Array<ArrayBuffer> => new Uint32Array(pitch * lines).fill(0xffffffff);
  const word = (place: number): number => pitch * lineAt(place % lines, cycle);
  const pass = (entry: string, groups: number, first: number, set: string, state: string): ProbePass => ({
    shader: 'probes/staircase-large.wgsl',
    entry,
    workgroups: [groups, 1, 1],
    workgroupSize: [entry === 'chase' ? 1 : 256, 1, 1],
    bound: { cycle: set, links: set, state },
    p: { ...cycle, pitch, hops, first },
  });
  const pieces = (entry: string, set: string, state: string): readonly [ProbePass, ProbePass] => [
    pass(entry, split / 256, 0, set, state),
    pass(entry, workgroups - split / 256, split, set, state),
  ];
  const step = (
    what: string,
    run: readonly ProbePass[],
    buffer: string,
    expected: (runs: number) => Uint32Array,
  ): Step => {
    const total = expected(1).length;
    return {
      at: { curve: what },
      group: what,
      work: { kind: 'dispatch', before: run.slice(0, -1), pass: run[run.length - 1] },
      quantities: [{ key: 'runs', title: 'Runs', unit: 'run', count: 1 }],
      model: [],
      check: {
        buffer,
        bytes: 4 * total,
        checked: total,
        total,
        fault(words, runs) {
          const right = expected(runs);
          const at = words.findIndex((one, i) => one !== right[i]);
          return at < 0 ? null : `word ${at} is ${words[at]} and not ${right[at]}`;
        },
      },
    };
  };
  const linked = (): Uint32Array => {
    const words = unlinked();
    for (let place = 0; place < lines; place++) words[word(place)] = word(place + 1);
    return words;
  };
  // From this place on, the second piece of a touch begins again with the first place, and visits what is linked.
  const from = lines - split;
  const [, wrapped] = pieces('touch', 'half', 'touched');
  const [, missed] = pieces('touch', 'half', 'missed');
  return {
    buffers: [
      ...['whole', 'half'].map((name) => ({ name, bytes, words: unlinked })),
      ...['chased', 'missed'].map((name) => ({ name, bytes: 16 })),
      { name: 'touched', bytes: 16, words: () => Uint32Array.of(from, 0, 0, 0) },
    ],
    setup: [pieces('link', 'half', 'touched')[0]],
    steps: [
      step('links', pieces('link', 'whole', 'chased'), 'whole', linked),
      step(
        'chase',
        [...pieces('touch', 'whole', 'chased'), pass('chase', 1, 0, 'whole', 'chased')],
        'chased',
        (runs) => {
          const place = (runs * hops) % lines;
          return Uint32Array.of(place, word(place), 0, 0);
        },
      ),
      step('touch of what is linked', [wrapped], 'touched', () => Uint32Array.of(from, 0, 0, 0)),
      step('touch of what is not', [missed], 'missed', () => Uint32Array.of(0, 0, 1, 0)),
    ],
  };
}

describe('a probe of which steps are changed', () => {
  Object.assign(globalThis, globals);
  // Held for as long as the process lives: Dawn crashes where it is collected.
  const keep = globalThis as unknown as { dawn?: GPU };
  keep.dawn ??= create([]);
  const service = createService(keep.dawn, {});
  afterAll(() => service.close());
  afterEach(() => vi.restoreAllMocks());

  /** The launch probe's steps on the device and of one readback, with a change to each. */
  async function changed(change: (step: Step) => Step): Promise<ProbeResult> {
    const probe = findProbe('launch') as Probe;
    const plan = probe.plan.bind(probe);
    vi.spyOn(probe, 'plan').mockImplementation((setting) => {
      const { steps, ...rest } = plan(setting);
      const few = steps.filter(({ group, at }) => group === 'device' || (group === 'readback' && at.bytes === 4096));
      return { ...rest, steps: few.map(change) };
    });
    const budget = { ...PROBE_BUDGETS.quick, samples: SAMPLES };
    const { result, liveBytes } = await service.call('probe', { probe: 'launch', seed: 1, quick: true, budget });
    expect(liveBytes).toBeLessThan(2 ** 16);
    return result;
  }

  // The probe's own plan takes such sets in full only, of more than 32 MiB.
  const ORDERS = [
    ['within pages', 32],
    ['at random', 1],
  ] as const;
  test.each(ORDERS)('links, touches and chases through lines that are computed, %s', async (_, page) => {
    const probe = findProbe('staircase') as Probe;
    vi.spyOn(probe, 'plan').mockReturnValue(computedCycle({ lines: 22_400, page, key: 0xb5297a4d }));
    vi.spyOn(probe, 'find').mockReturnValue([]);
    const budget = { ...PROBE_BUDGETS.quick, samples: SAMPLES, sampleMs: 0 };
    const { result } = await service.call('probe', { probe: 'staircase', seed: 1, quick: true, budget });
    expect(result).toMatchObject({ status: 'correct', reason: null });
    expect(result.rows).toHaveLength(4);
  });

  test('is right with as much work as a roof needs, which is more than it began with', async () => {
    const probe = findProbe('roofs') as Probe;
    const plan = probe.plan.bind(probe);
    const roof = 'f32 multiply-add, 8 chains';
    const counts: number[] = [];
    vi.spyOn(probe, 'plan').mockImplementation((setting) => {
      const { steps, ...rest } = plan({ ...setting, mostBytes: 2 ** 20 });
      const own = steps.filter(({ group }) => group === roof);
      counts.push(...own.map(({ quantities }) => quantities[0].count));
      return { ...rest, steps: own };
    });
    const budget = PROBE_BUDGETS.quick;
    const { result } = await service.call('probe', { probe: 'roofs', seed: 1, quick: true, budget });
    expect(result).toMatchObject({ status: 'correct', found: [{ key: roof }] });
    for (const [at, { measures, medianNs }] of result.rows.entries())
      expect((measures[0].value * (medianNs ?? 0)) / counts[at]).toBeGreaterThan(1.5);
  });

  const isDispatch = ({ work }: Step): boolean => work.kind === 'dispatch';

  test('is right without a change', async () => {
    expect(await changed((step) => step)).toMatchObject({ status: 'correct', verdict: { correct: true } });
  });

  test('shows no time of any step, and says which one was wrong', async () => {
    const result = await changed((step) =>
      step.work.kind === 'dispatch'
        ? { ...step, work: { ...step.work, pass: { ...step.work.pass, workgroups: [2, 1, 1] } } }
        : step,
    );
    expect(result).toMatchObject({ status: 'wrong', verdict: { correct: false }, rows: [], found: [] });
    expect(result.reason).toMatch(
      /^Before timing, the step \(what: dispatch, on the device; n: 1\) was wrong: 2 dispatches were counted of 1/,
    );
  });

  test('is looked at again after it was timed', async () => {
    let looks = 0;
    const result = await changed((step) => {
      const fault = (words: Uint32Array, runs: number): string | null => {
        // As of a kernel that is right only the first time.
        return step.check.fault(++looks === 1 ? words : words.map((word) => word + 1), runs);
      };
      return isDispatch(step) ? { ...step, check: { ...step.check, fault } } : step;
    });
    expect(result).toMatchObject({ status: 'wrong', rows: [], found: [] });
    expect(result.reason).toMatch(/^After timing, the step/);
  });
});
