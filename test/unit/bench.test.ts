/** `bench` and `device` from end to end on a fake host: what is asked, what is written, how it ends. */
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Failure, Refusal } from '../../src/core/errors.ts';
import { kernelsOf } from '../../src/kernels/index.ts';
import { unmade } from '../../src/lab/outcome.ts';
import type { Request } from '../../src/lab/protocol.ts';
import type { Result, ResultDocument } from '../../src/lab/result.ts';
import { isWhole } from '../setup/whole.ts';
import { type Behaviour, correctResult, runCommand, wrongResult } from './fake-host.ts';
import { temporaryFolder } from './vector-files.ts';

const folder = temporaryFolder();
const kernels = kernelsOf('neuron').map(({ id }) => id);
const allRight: Behaviour = {
  bench: (requests) => ({ results: requests.map(correctResult), restart: false, liveBytes: 0 }),
};

/** The requests that a command line comes to. */
async function requestsOf(...argv: string[]): Promise<readonly Request[]> {
  const seen: Request[] = [];
  const { status } = await runCommand(['bench', ...argv], {
    bench: (requests) => {
      seen.push(...requests);
      return { results: requests.map(correctResult), restart: false, liveBytes: 0 };
    },
  });
  expect(status).toBe(0);
  return seen;
}

async function written(
  argv: readonly string[],
  behaviour: Behaviour,
  interrupt?: AbortController,
): Promise<{
  status: number;
  json: ResultDocument & { error: string | null };
  stderr: string;
  opened: number;
  closed: number;
}> {
  const file = join(folder, `out${Math.random()}.json`);
  const ran = await runCommand(['bench', ...argv, '--json', file], behaviour, interrupt);
  return { ...ran, json: JSON.parse(readFileSync(file, 'utf8')) };
}

describe('what is asked for', () => {
  test('every kernel with its defaults', async () => {
    const requests = await requestsOf('neuron');
    expect(requests.map(({ kernel }) => kernel)).toEqual(kernels);
    expect(requests[0]).toEqual({ op: 'neuron', kernel: kernels[0], shape: {}, knobs: {}, dtype: 'f32' });
  });

  test('shape, dtype, seed, input, --quick under --shape', async () => {
    const [request] = await requestsOf(
      'neuron',
      '--quick',
      '--shape',
      'neurons=8',
      '--dtype',
      'f16',
      '--seed',
      '7',
      '--input',
      'large',
    );
    expect(request).toMatchObject({ shape: { inputs: 1024, neurons: 8 }, dtype: 'f16', seed: 7, input: 'large' });
  });

  test('a kernel by name, by number, by part; several', async () => {
    for (const name of [kernels[1], '2', 'row_major']) {
      expect((await requestsOf('neuron', '--kernel', name)).map(({ kernel }) => kernel)).toEqual([kernels[1]]);
    }
    const both = await requestsOf('neuron', '--kernel', '3', '--kernel', '1', '--kernel', kernels[0]);
    expect(both.map(({ kernel }) => kernel)).toEqual([kernels[0], kernels[2]]);
  });

  test('a sweep is a product, over shape keys too', async () => {
    const requests = await requestsOf('neuron', '--kernel', '2', '--set', 'WORKGROUP=32,64', '--set', 'neurons=8,16');
    expect(requests.map(({ knobs, shape }) => [knobs?.WORKGROUP, shape?.neurons])).toEqual([
      [32, 8],
      [64, 8],
      [32, 16],
      [64, 16],
    ]);
  });

  test('a choice is named, or given as its number', async () => {
    const masks = async (value: string) =>
      new Set((await requestsOf('attention', '--set', `mask=${value}`)).map(({ shape }) => shape?.mask));
    expect(await masks('none,Boolean,additive')).toEqual(new Set([0, 1, 2]));
    expect(await masks('2')).toEqual(new Set([2]));
  });

  test('a knob is set where a kernel has it', async () => {
    const requests = await requestsOf('neuron', '--set', 'WORKGROUP=32,64');
    const without = kernelsOf('neuron').filter((kernel) => !kernel.knobs.some(({ key }) => key === 'WORKGROUP'));
    expect(requests).toHaveLength(2 * kernels.length - without.length);
    for (const { id } of without) expect(requests.filter(({ kernel }) => kernel === id)).toMatchObject([{ knobs: {} }]);
  });

  test.each([
    [[], /bench needs an operation: one of neuron/],
    [['nuron'], /no operation "nuron": did you mean neuron/],
    [['neuron', 'matmul'], /takes one operation or "all", not 2/],
    [['neuron', '--kernel', 'nothing'], /neuron has no kernel "nothing"/],
    [['neuron', '--kernel', 'ro'], /--kernel ro could be .*; give the whole name or the number/],
    [['neuron', '--shape', 'input=3'], /neuron has no shape key "input": did you mean inputs/],
    [['neuron', '--shape', 'inputs=many'], /inputs takes a number, not "many"/],
    [['attention', '--shape', 'mask=bool'], /mask is one of none, boolean, additive, not "bool"\./],
    [['neuron', '--shape', 'inputs=1,inputs=2'], /inputs is given twice; give all of its values in one --set/],
    [['neuron', '--set', 'WORKGRUP=8'], /no knob "WORKGRUP": did you mean WORKGROUP/],
    [['neuron', '--set', 'WORKGROUP=9'], /WORKGROUP cannot be 9: the nearest that can be picked is 8/],
    [['neuron', '--set', 'WORKGROUP=8.5'], /WORKGROUP cannot be 8\.5: the nearest that can be picked is 8/],
    [['neuron', '--set', 'WORKGROUP=big'], /WORKGROUP cannot be big: pick one of/],
    [
      ['neuron', '--set', `inputs=${Array.from({ length: 400 }, (_, at) => at + 1)}`],
      /has 3,200 variants; at most 2,000/,
    ],
    [['neuron', '--dtype', 'f64'], /no dtype "f64": did you mean f32/],
    [['neuron', '--seed', '1.5'], /--seed takes a whole number/],
    [['neuron', '--samples', '-1'], /--samples takes a whole number from 0/],
    [['neuron', '--host', 'firefox'], /no host "firefox": use chrome, dawn or deno/],
    [['neuron', '--adapter', 'swiftshadr'], /no adapter "swiftshadr": did you mean swiftshader/],
    [['neuron', '--input', 'norml'], /no input case "norml": did you mean normal/],
  ])('bench %j is one sentence and 2', async (argv, message) => {
    const { status, json, stderr, opened } = await written(argv as string[], allRight);
    expect([status, opened, json.results]).toEqual([2, 0, []]);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(json.error).toBe(stderr.trimEnd());
  });

  test('what no device could run is refused without opening one', async () => {
    const { status, json, opened } = await written(['neuron', '--shape', 'inputs=0'], allRight);
    expect([status, opened]).toEqual([2, 0]);
    expect(json.results.map((result) => result.status)).toEqual(kernels.map(() => 'refused'));
    expect(json.results[0].reason).toMatch(/inputs must be from 1 to .*, not 0/);
  });
});

describe('what comes back', () => {
  test('all correct is 0, the table on stdout, the JSON in its file', async () => {
    const { status, json, closed } = await written(['neuron'], allRight);
    expect([status, closed, json.error]).toEqual([0, 1, null]);
    expect(json).toMatchObject({ tool: 'tilescope', host: 'chrome', adapter: { description: 'Fake adapter' } });
    expect(json.results).toHaveLength(kernels.length);
  });

  test('with --json - stdout is JSON and nothing else', async () => {
    const { stdout, stderr } = await runCommand(['bench', 'neuron', '--json', '-'], allRight);
    expect(JSON.parse(stdout).results).toHaveLength(kernels.length);
    expect(stderr).toContain(`${kernels.length} correct, 0 wrong, 0 refused, 0 failed`);
  });

  test('one that is wrong is 1, one that is refused among correct ones is 0', async () => {
    const second = (other: (request: Request) => Result): Behaviour => ({
      bench: (requests) => ({
        results: requests.map((request, at) => (at === 1 ? other(request) : correctResult(request))),
        restart: false,
        liveBytes: 0,
      }),
    });
    expect(
      (
        await written(
          ['neuron'],
          second((request) => wrongResult(request, 'no')),
        )
      ).status,
    ).toBe(1);
    expect(
      (
        await written(
          ['neuron'],
          second((request) => unmade(request, new Refusal('no'))),
        )
      ).status,
    ).toBe(0);
  });

  test('a kernel that hangs fails, the host is restarted, the rest runs', async () => {
    const calls: number[] = [];
    const { status, json, opened, closed, stderr } = await written(['neuron'], {
      bench: (requests) => {
        calls.push(requests.length);
        if (calls.length > 1) return { results: requests.map(correctResult), restart: false, liveBytes: 0 };
        const hung = unmade(requests[1], new Failure('timeout', 'The GPU did not answer within 60 s'));
        return {
          results: requests.map((request, at) => (at === 0 ? correctResult(request) : at === 1 ? hung : null)),
          restart: true,
          liveBytes: 0,
        };
      },
    });
    expect(calls).toEqual([kernels.length, kernels.length - 2]);
    expect([status, opened, closed]).toEqual([1, 2, 2]);
    expect(json.results.map((result) => result.status)).toEqual(
      kernels.map((_, at) => (at === 1 ? 'failed' : 'correct')),
    );
    expect(stderr).toContain('Restarting the host.');
  });

  test('a host that goes down takes only what it was working on', async () => {
    let calls = 0;
    const { json, opened, status } = await written(['neuron'], {
      bench: (requests, { onProgress }) => {
        if (++calls > 1) return { results: requests.map(correctResult), restart: false, liveBytes: 0 };
        onProgress?.({ kind: 'result', index: 0, result: correctResult(requests[0]) });
        onProgress?.({ kind: 'step', index: 2, phase: 'run', done: 2, total: 7 });
        throw new Failure('device-lost', 'The browser ended');
      },
    });
    expect([status, opened]).toEqual([1, 2]);
    expect(json.results.map((result) => result.status)).toEqual(
      kernels.map((_, at) => (at === 2 ? 'failed' : 'correct')),
    );
    expect(json.results[2].reason).toBe('The browser ended');
  });

  test('a host that always goes down ends, one kernel at a time', async () => {
    const { json, status, opened } = await written(['neuron'], {
      bench: () => {
        throw new Failure('device-lost', 'The browser ended');
      },
    });
    expect([status, opened]).toEqual([1, kernels.length]);
    expect(json.results.every((result) => result.status === 'failed')).toBe(true);
  });

  test('no adapter is 3 and says why', async () => {
    const { status, json, stderr } = await written(['neuron'], {
      openError: new Failure('no-adapter', 'Chrome has no WebGPU adapter'),
    });
    expect([status, json.error, json.adapter]).toEqual([3, 'Chrome has no WebGPU adapter.', null]);
    expect(stderr).toContain('Chrome has no WebGPU adapter.');
  });

  test('a host that cannot be had is 2', async () => {
    const { status, json } = await written(['neuron', '--host', 'deno'], {
      openError: new Refusal('Deno is not installed'),
    });
    expect([status, json.error]).toEqual([2, 'Deno is not installed.']);
  });

  test('each problem is a call of its own, its variants together', async () => {
    const calls: (readonly Request[])[] = [];
    const { json } = await written(['neuron', '--kernel', '2', '--set', 'neurons=8,16', '--set', 'WORKGROUP=32,64'], {
      bench: (requests) => {
        calls.push(requests);
        return { results: requests.map(correctResult), restart: false, liveBytes: 0 };
      },
    });
    expect(calls.map((requests) => requests.map(({ shape }) => shape?.neurons))).toEqual([
      [8, 8],
      [16, 16],
    ]);
    expect(json.results.map(({ shape, knobs }) => [shape.neurons, knobs.WORKGROUP])).toEqual([
      [8, 32],
      [8, 64],
      [16, 32],
      [16, 64],
    ]);
  });

  test('an interrupt writes what is done', async () => {
    const interrupt = new AbortController();
    const behaviour: Behaviour = {
      bench: (requests, { onProgress, signal }) => {
        onProgress?.({ kind: 'result', index: 0, result: correctResult(requests[0]) });
        interrupt.abort();
        return new Promise((_, reject) => {
          const give = (): void => reject(new Failure('cancelled', 'You cancelled the run'));
          if (signal?.aborted) give();
          else signal?.addEventListener('abort', give);
        });
      },
    };
    const { status, json, closed } = await written(['neuron'], behaviour, interrupt);
    expect([status, closed, json.results.length, json.error]).toEqual([130, 1, 1, 'You cancelled the run.']);
  });

  // Three seconds in which nothing is done.
  test.runIf(isWhole)('a host that does not hear the interrupt is left', { timeout: 10_000 }, async () => {
    const interrupt = new AbortController();
    const { status, json } = await written(
      ['neuron'],
      {
        bench: () => {
          interrupt.abort();
          return new Promise(() => {});
        },
      },
      interrupt,
    );
    expect([status, json.results]).toEqual([130, []]);
  });
});

describe('the JSON file', () => {
  test.each([
    ['no/such/folder/out.json', /there is no folder/],
    ['.', /it is a folder; name a file in it/],
  ])('%s is refused before the work', async (name, message) => {
    const { status, stderr, opened } = await runCommand(['bench', 'neuron', '--json', join(folder, name)], allRight);
    expect([status, opened]).toEqual([2, 0]);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test('replaces an old one whole, through a link, and leaves nothing beside it', async () => {
    const own = join(folder, 'own');
    mkdirSync(own);
    writeFileSync(join(own, 'real.json'), 'old');
    symlinkSync(join(own, 'real.json'), join(own, 'link.json'));
    expect((await runCommand(['bench', 'neuron', '--json', join(own, 'link.json')], allRight)).status).toBe(0);
    expect(JSON.parse(readFileSync(join(own, 'real.json'), 'utf8')).tool).toBe('tilescope');
    expect(lstatSync(join(own, 'link.json')).isSymbolicLink()).toBe(true);
    expect(readdirSync(own).sort()).toEqual(['link.json', 'real.json']);
  });

  test.skipIf(!existsSync('/dev/full'))('a full disk loses the file, not the table', async () => {
    const { status, stdout, stderr } = await runCommand(['bench', 'neuron', '--json', '/dev/full'], allRight);
    expect(status).toBe(2);
    expect(stdout).toContain('correct');
    expect(stderr).toContain('--json cannot write /dev/full: no space is left on the device.');
  });
});

describe('device', () => {
  test('says what there is', async () => {
    const { status, stdout } = await runCommand(['device'], {});
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /Fake adapter \(software.*\n.*\nSubgroup size: 4 to 8; 4 where a kernel counted\nTimer: timestamp queries, quantum 1\.00 ns; an empty dispatch takes 1\.00 us/,
    );
  });

  test('or why there is nothing', async () => {
    const { status, stdout, stderr } = await runCommand(['device', '--json', '-'], {
      openError: new Failure('no-adapter', 'No adapter: start Chrome with a GPU'),
    });
    expect([status, stderr]).toEqual([3, 'No adapter: start Chrome with a GPU.\n']);
    expect(JSON.parse(stdout)).toMatchObject({
      command: 'device',
      device: null,
      error: 'No adapter: start Chrome with a GPU.',
    });
  });

  test('takes only flags', async () => {
    expect((await runCommand(['device', 'chrome'])).stderr).toBe('device takes only flags, not "chrome".\n');
  });

  test('measures nothing thoroughly but a fingerprint', async () => {
    expect(await runCommand(['device', '--thorough'])).toMatchObject({
      status: 2,
      stderr: '--thorough belongs to --fingerprint.\n',
    });
  });
});

test.each(['bench', 'tune', 'verify', 'device'])('%s --help', async (command) => {
  const { status, stdout, opened } = await runCommand([command, '--help']);
  expect([status, opened]).toEqual([0, 0]);
  expect(stdout).toContain(`npm run ${command} --`);
  expect(stdout.split('\n').every((line) => line.length <= 120)).toBe(true);
});
