/** `tune` from end to end on a fake host: what is looked for, what is reported, what is kept. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import schema from '../../bench/result.schema.json' with { type: 'json' };
import type { TuneDocument } from '../../src/cli/tune-document.ts';
import { Failure, Refusal } from '../../src/core/errors.ts';
import { kernelsOf } from '../../src/kernels/index.ts';
import { AUTO, lookup, type TunedEntry } from '../../src/kernels/tuned.ts';
import { LONG_DISPATCH } from '../../src/lab/long-dispatch.ts';
import { unmade } from '../../src/lab/outcome.ts';
import type { Request } from '../../src/lab/protocol.ts';
import type { Result } from '../../src/lab/result.ts';
import { type Behaviour, correctResult, measured, type Place, type Ran, runCommand, wrongResult } from './fake-host.ts';
import { temporaryFolder } from './vector-files.ts';

const folder = temporaryFolder();
const validate = new Ajv2020({ strict: true }).compile(schema);
const kernels = kernelsOf('neuron').filter(({ id }) => id !== AUTO);
const grouped = kernels.filter(({ knobs }) => knobs.some(({ key }) => key === 'WORKGROUP'));
const winner = grouped[1];

let root = '';
beforeEach(() => {
  root = join(folder, `root${Math.random()}`);
  mkdirSync(join(root, 'bench'), { recursive: true });
});

/** One kernel is fast, the faster the nearer its workgroups are to 16. */
function nanoseconds({ kernel, knobs }: Request): number {
  const away = Math.abs(Math.log2(Number(knobs?.WORKGROUP ?? 16) / 16));
  return (kernel === winner.id ? 1000 : 10_000) * (1 + away);
}

function timed(request: Request): Result {
  const result = correctResult(request);
  const medianNs = nanoseconds(request);
  return {
    ...result,
    time: result.time && {
      ...result.time,
      medianNs,
      minNs: medianNs,
      p90Ns: medianNs,
      samplesNs: Array(15).fill(medianNs),
    },
    measures: measured(2049 / medianNs, 1),
  };
}

const good: Behaviour = {
  bench: (requests) => ({ results: requests.map(timed), restart: false, liveBytes: 0 }),
};

async function tune(
  argv: readonly string[],
  behaviour: Behaviour = good,
  place: Place = { root },
  interrupt?: AbortController,
): Promise<Ran & { document: TuneDocument }> {
  const file = join(root, 'tune.json');
  const ran = await runCommand(['tune', ...argv, '--json', file], behaviour, interrupt, place);
  const document = JSON.parse(readFileSync(file, 'utf8'));
  validate(document);
  expect(validate.errors).toBeNull();
  return { ...ran, document };
}

const saved = (): readonly TunedEntry[] => JSON.parse(readFileSync(join(root, 'bench/tuned.json'), 'utf8'));

describe('the search', () => {
  test('finds the fastest, compares it with the defaults, says how much was tried', async () => {
    const { status, stdout, document, opened, closed } = await tune(['neuron', '--shape', 'inputs=512,neurons=64']);
    expect([status, opened, closed]).toEqual([0, 1, 1]);
    const { WORKGROUP } = document.winner?.knobs ?? {};
    expect(document.winner).toMatchObject({
      kernel: winner.id,
      op: 'neuron',
      dtype: 'f32',
      adapter: 'adapter fake nobody',
    });
    expect(WORKGROUP).toBe(16);
    expect(document.problem).toMatchObject({ shapeClass: 'inputs9 neurons6', shape: { inputs: 512, neurons: 64 } });
    const plain = winner.knobs.find(({ key }) => key === 'WORKGROUP')?.default;
    const ratio = 1 + Math.abs(Math.log2(Number(plain) / 16));
    expect(document.winner?.ratioToDefault).toBeCloseTo(ratio, 3);
    expect(document.finals.some(({ kernel, knobs }) => kernel === winner.id && knobs.WORKGROUP === plain)).toBe(true);
    expect(document.search).toMatchObject({ measured: document.results.length, timeUp: false, limitSeconds: 60 });
    expect(stdout).toContain(
      `Best: ${winner.id}, ${ratio.toPrecision(3)} times as fast (${ratio.toPrecision(3)} to ${ratio.toPrecision(3)}, 99%) as the fastest`,
    );
    expect(stdout).toContain(
      `npm run bench -- neuron --kernel ${winner.id} --shape inputs=512,neurons=64,relu=1 --set WORKGROUP=16`,
    );
    expect(stdout).toMatch(
      /Tried \d+ of [\d,]+ configurations \(.*%\) of \d+ kernels in .* s: nothing better was found any more\./,
    );
    expect(stdout).toContain('Times are of a software adapter');
    expect(existsSync(join(root, 'bench/tuned.json'))).toBe(false);
  });

  test('leaves how the data lie as it is given, and entries without it', async () => {
    const seen: Request[] = [];
    const { document } = await tune(['neuron', '--kernel', winner.id, '--set', 'offset=16'], {
      bench: (requests, options, params) => {
        seen.push(...requests);
        return good.bench?.(requests, options, params) as never;
      },
    });
    expect(new Set(seen.map(({ knobs }) => knobs?.offset))).toEqual(new Set([16]));
    expect(new Set(seen.map(({ kernel }) => kernel))).toEqual(new Set([winner.id]));
    expect(document.winner?.knobs).toEqual({ WORKGROUP: 16 });
  });

  test('a wrong configuration does not win, is reported and is 1', async () => {
    const { status, document, stdout } = await tune(['neuron'], {
      bench: (requests) => ({
        results: requests.map((request) =>
          request.kernel === winner.id ? wrongResult(request, 'element 3: got 2') : timed(request),
        ),
        restart: false,
        liveBytes: 0,
      }),
    });
    expect(status).toBe(1);
    expect(document.winner?.kernel).not.toBe(winner.id);
    expect(stdout).toMatch(new RegExp(`neuron ${winner.id}.*: wrong`));
  });

  test('is cut short when its time is up, and the comparison still comes', async () => {
    let calls = 0;
    const { status, document, stdout } = await tune(['neuron', '--limit', '0.2'], {
      bench: (requests, { signal }) => {
        const reply = { results: requests.map(timed), restart: false, liveBytes: 0 };
        if (++calls !== 2) return reply;
        return new Promise((_, reject) => {
          signal?.addEventListener('abort', () => reject(new Failure('cancelled', 'You cancelled the run')));
        });
      },
    });
    expect([status, calls]).toEqual([0, 3]);
    expect(document.search).toMatchObject({ timeUp: true, measured: 2 });
    expect(stdout).toContain(': the time was up.');
    expect(document.winner).not.toBeNull();
  });

  test('an interrupt keeps what was measured and names no winner', async () => {
    const interrupt = new AbortController();
    let calls = 0;
    const ran = await tune(
      ['neuron', '--save'],
      {
        bench: (requests) => {
          if (++calls === 3) {
            interrupt.abort();
            throw new Failure('cancelled', 'You cancelled the run');
          }
          return { results: requests.map(timed), restart: false, liveBytes: 0 };
        },
      },
      { root },
      interrupt,
    );
    expect(ran.status).toBe(130);
    expect(ran.document).toMatchObject({ winner: null, savedIn: null, finals: [], error: 'You cancelled the run.' });
    expect(ran.document.results.length).toBeGreaterThan(0);
    expect(ran.stdout).toContain('they were not compared side by side');
    expect(existsSync(join(root, 'bench/tuned.json'))).toBe(false);
  });

  test('a kernel that nothing beats is the best with its defaults', async () => {
    const { stdout, document } = await tune(['neuron'], {
      bench: (requests) => ({ results: requests.map(correctResult), restart: false, liveBytes: 0 }),
    });
    expect(document.winner?.ratioToDefault).toBe(1);
    expect(stdout).toMatch(/Best: \S+ with its defaults; nothing that was tried is shown to be faster\./);
  });

  test('what would hold the GPU for long is left out, and runs where that is allowed', async () => {
    const seen: unknown[] = [];
    const slow: Behaviour = {
      bench: (requests, _, { allowLong = false }) => {
        seen.push(allowLong);
        const refusal = new Refusal('One dispatch would keep the GPU busy', {
          rule: LONG_DISPATCH,
          parameters: {},
          works: [],
        });
        const isLong = ({ kernel }: Request): boolean => kernel === winner.id && !allowLong;
        const results = requests.map((one) => (isLong(one) ? unmade(one, refusal) : timed(one)));
        return { results, restart: false, liveBytes: 0 };
      },
    };
    const without = await tune(['neuron'], slow);
    expect(without.document.winner?.kernel).not.toBe(winner.id);
    expect(without.stdout.replace(/\s+/g, ' ')).toContain('--allow-long runs it anyway.');
    expect(seen).not.toContain(true);
    seen.length = 0;
    expect((await tune(['neuron', '--allow-long'], slow)).document.winner?.kernel).toBe(winner.id);
    expect(seen).not.toContain(false);
  });

  test('without a time there is no winner, and that is 2', async () => {
    const { status, document, stdout } = await tune(['neuron'], {
      bench: (requests) => ({
        results: requests.map((request) => {
          const { time, ...rest } = timed(request);
          const unresolved = time && {
            ...time,
            resolved: false,
            medianNs: null,
            minNs: null,
            p90Ns: null,
            samplesNs: [],
          };
          return { ...rest, time: unresolved, measures: [] };
        }),
        restart: false,
        liveBytes: 0,
      }),
    });
    expect([status, document.winner]).toEqual([2, null]);
    expect(stdout).toContain('No configuration came out correct with a time that the timer resolves.');
  });

  test('on a terminal of 80 columns lines are no longer than that, but for the command to copy', async () => {
    const { stdout } = await tune(['neuron'], good, { root, terminal: 80 });
    const long = stdout.split('\n').filter((line) => line.length > 80);
    expect(long.filter((line) => !line.startsWith('npm run bench'))).toEqual([]);
    expect(stdout).toMatch(/No room here for: /);
  });
});

describe('--save', () => {
  test('keeps the winner where a lookup finds it, once a class', async () => {
    for (const inputs of [512, 500, 64]) {
      const { document, stdout } = await tune(['neuron', '--shape', `inputs=${inputs},neurons=64`, '--save']);
      expect(document.savedIn).toBe('bench/tuned.json');
      expect(stdout).toContain('Saved in bench/tuned.json for the adapter "adapter fake nobody" and f32 of class');
    }
    expect(saved().map(({ shapeClass, shape }) => [shapeClass, shape.inputs])).toEqual([
      ['inputs6 neurons6', 64],
      ['inputs9 neurons6', 500],
    ]);
    const found = lookup(saved(), 'Fake adapter, nobody', 'neuron', { inputs: 480, neurons: 60, relu: 1 }, 'f32');
    expect(found).toMatchObject({ kernel: winner.id, knobs: { WORKGROUP: 16 } });
  });

  test('adds to what is there', async () => {
    await tune(['neuron', '--save']);
    const [entry] = saved();
    const other = { ...entry, adapter: 'other' };
    writeFileSync(join(root, 'bench/tuned.json'), JSON.stringify([other]));
    await tune(['neuron', '--save']);
    expect(saved()).toHaveLength(2);
    expect(saved()).toContainEqual(other);
  });

  test.each([
    ['{}', /it is not a list of tuned entries/],
    ['[1]', /it is not a list of tuned entries/],
    ['[{', /it is not a list of tuned entries/],
  ])('%s is not overwritten, and nothing is looked for', async (text, message) => {
    writeFileSync(join(root, 'bench/tuned.json'), text);
    const { status, stderr, opened } = await tune(['neuron', '--save']);
    expect([status, opened]).toEqual([2, 0]);
    expect(stderr).toMatch(message);
    expect(readFileSync(join(root, 'bench/tuned.json'), 'utf8')).toBe(text);
  });

  test('outside the repository it is kept in the working folder', async () => {
    const cwd = vi.spyOn(process, 'cwd').mockReturnValue(root);
    const { status, document } = await tune(['neuron', '--save'], good, {});
    cwd.mockRestore();
    expect([status, document.savedIn]).toEqual([0, 'tuned.json']);
    expect(JSON.parse(readFileSync(join(root, 'tuned.json'), 'utf8'))).toEqual([document.winner]);
  });
});

describe('what is asked', () => {
  test.each([
    [[], /tune needs an operation: one of neuron/],
    [['all'], /no operation "all": use neuron/],
    [['neuron', 'matmul'], /tune takes one operation, not 2/],
    [['neuron', '--limit', '0'], /--limit takes seconds, more than 0 and at most 86,400, not "0"/],
    [['neuron', '--limit', 'long'], /--limit takes seconds/],
    [['neuron', '--set', 'WORKGROUP=8'], /WORKGROUP is what tune looks for; what can be given is .*offset/],
    [['neuron', '--set', 'ofset=8'], /no knob "ofset" that says how the data lie: did you mean offset/],
    [['neuron', '--set', 'inputs=8'], /inputs is a size: give it with --shape inputs=/],
    [['neuron', '--set', 'offset=4,8'], /offset takes one value in a search, not 2/],
    [['neuron', '--set', 'offset=3'], /offset cannot be 3: the nearest that can be picked is/],
    [['neuron', '--set', 'offset=4', '--set', 'offset=8'], /offset is given twice/],
    [['neuron', '--set', 'offset=16', '--save'], /leave --set or --save away/],
    [['neuron', '--shape', 'inputs=0'], /inputs must be from 1 to/],
    [['neuron', '--shape', 'input=1'], /neuron has no shape key "input": did you mean inputs/],
    [['neuron', '--kernel', 'nothing'], /neuron has no kernel "nothing"/],
    [['neuron', '--samples', '3'], /There is no flag --samples/],
  ])('tune %j is one sentence and 2', async (argv, message) => {
    const { status, stderr, document, opened } = await tune(argv);
    expect([status, opened, document.results]).toEqual([2, 0, []]);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(document.error).toBe(stderr.trimEnd());
  });

  test('flags that npm took for itself are missed', async () => {
    const { status, stderr, opened } = await runCommand(['tune', 'neuron', '5'], good, undefined, {
      env: { npm_config_limit: 'true' },
    });
    expect([status, opened]).toEqual([2, 0]);
    expect(stderr).toBe(
      'npm took --limit for itself: write "--" before the flags, as in npm run tune -- neuron --limit ...\n',
    );
  });
});
