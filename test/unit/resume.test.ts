/** A sweep that was interrupted goes on: what is taken over, what runs again, what the file holds in between. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Failure, Refusal } from '../../src/core/errors.ts';
import { kernelsOf } from '../../src/kernels/index.ts';
import { unmade } from '../../src/lab/outcome.ts';
import type { Request } from '../../src/lab/protocol.ts';
import type { Result, ResultDocument } from '../../src/lab/result.ts';
import { type Behaviour, correctResult, type Ran, runCommand, wrongResult } from './fake-host.ts';
import { temporaryFolder } from './vector-files.ts';

const folder = temporaryFolder();
let file = '';
beforeEach(() => {
  file = join(folder, `sweep${Math.random()}.json`);
});

const SWEEP = ['neuron', '--kernel', '2', '--set', 'neurons=8,16', '--set', 'WORKGROUP=32,64'];
type Document = ResultDocument & { readonly error: string | null };
const written = (): Document => JSON.parse(readFileSync(file, 'utf8'));
const places = (results: readonly Result[]): unknown[] =>
  results.map(({ shape, knobs, status }) => [shape.neurons, knobs.WORKGROUP, status]);

/** Runs a bench whose host notes the requests that reach it. */
async function bench(argv: readonly string[], behaviour: Behaviour = {}): Promise<Ran & { asked: readonly Request[] }> {
  const asked: Request[] = [];
  const ran = await runCommand(['bench', ...argv], {
    bench: (requests) => {
      asked.push(...requests);
      return { results: requests.map(correctResult), restart: false, liveBytes: 0 };
    },
    ...behaviour,
  });
  return { ...ran, asked };
}

/** A file with the first two of the four results; the second has the status. */
async function half(status: Result['status'] = 'correct', edit: (document: Document) => object = (same) => same) {
  await bench([...SWEEP.slice(0, 3), '--set', 'neurons=8', '--set', 'WORKGROUP=32,64', '--json', file]);
  const document = written();
  const [first, second] = document.results;
  const { source: _, ...asked } = second;
  const results: Readonly<Record<Result['status'], Result>> = {
    correct: second,
    wrong: wrongResult(asked, 'element 3: got 2'),
    refused: unmade(asked, new Refusal('no')),
    failed: unmade(asked, new Failure('device-lost', 'it went away')),
  };
  writeFileSync(file, JSON.stringify(edit({ ...document, results: [first, results[status]] })));
}

describe('what is taken over', () => {
  test('the same requests, and the rest runs; the document is whole', async () => {
    await half();
    const { status, asked, stderr, stdout } = await bench([...SWEEP, '--resume', file]);
    expect(status).toBe(0);
    expect(asked.map(({ shape }) => shape?.neurons)).toEqual([16, 16]);
    expect(stderr).toContain(`2 of 4 results are taken from ${file}.`);
    expect(stdout).toContain('4 correct, 0 wrong, 0 refused, 0 failed');
    const document = written();
    expect(document.error).toBeNull();
    expect(places(document.results)).toEqual([
      [8, 32, 'correct'],
      [8, 64, 'correct'],
      [16, 32, 'correct'],
      [16, 64, 'correct'],
    ]);
  });

  test.each([
    ['wrong', 2],
    ['refused', 2],
    ['failed', 3],
  ] as const)('a result that is %s leaves %d to run', async (status, count) => {
    await half(status);
    const { asked } = await bench([...SWEEP, '--resume', file]);
    expect(asked).toHaveLength(count);
    expect(written().results.map((result) => result.status)).toEqual([
      'correct',
      status === 'failed' ? 'correct' : status,
      'correct',
      'correct',
    ]);
  });

  test.each([
    ['seed', ['--seed', '2']],
    ['input', ['--input', 'large']],
    ['dtype', ['--dtype', 'f16']],
  ])('another %s is another request', async (_, flags) => {
    await half();
    expect((await bench([...SWEEP, '--resume', file, ...flags])).asked).toHaveLength(4);
    // What nobody asked for now is not thrown away.
    expect(written().results).toHaveLength(6);
  });

  test('results that nobody asks for stay in the document, but not in the table', async () => {
    await half();
    const { stdout, stderr } = await bench(['neuron', '--kernel', '2', '--shape', 'neurons=99', '--resume', file]);
    expect(stderr).toContain('0 of 1 results are taken');
    expect(stderr).toContain('Its 2 other results stay in the document.');
    expect(stdout).toContain('1 correct, 0 wrong');
    expect(written().results.map(({ shape }) => shape.neurons)).toEqual([99, 8, 8]);
  });

  test('--json writes the whole elsewhere and leaves the earlier file', async () => {
    await half();
    const before = readFileSync(file, 'utf8');
    const other = `${file}.whole.json`;
    await bench([...SWEEP, '--resume', file, '--json', other]);
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(JSON.parse(readFileSync(other, 'utf8')).results).toHaveLength(4);
  });

  test('where nothing is left to run, nothing runs', async () => {
    await half();
    const { asked, status } = await bench([
      ...['neuron', '--kernel', '2', '--set', 'neurons=8', '--set', 'WORKGROUP=64,32', '--resume', file],
    ]);
    expect([status, asked]).toEqual([0, []]);
  });
});

describe('what is refused', () => {
  const other = (change: object) => (document: Document) => ({ ...document, ...change });
  const adapter = (document: Document) => ({
    ...document,
    adapter: { ...document.adapter, description: 'Other adapter' },
  });

  test.each([
    ['another adapter', adapter, /measured on the adapter "Other adapter", and this is "Fake adapter"/],
    ['another host', other({ host: 'dawn' }), /measured in dawn, and this is chrome; add --host dawn/],
    [
      'an earlier form',
      other({ version: '0.1.0', results: [{ rate: { gflops: 1, gbps: 1 } }] }),
      /written by Tilescope 0\.1\.0, and this is \d+\.\d+\.\d+, which reads what Tilescope 0\.2\.0 and later wrote/,
    ],
    ['a later version', other({ version: '999.0.0' }), /written by Tilescope 999\.0\.0, and this is only \d/],
    ['no version', other({ version: undefined }), /names no version of Tilescope, and this is \d/],
    ['a document of verify', other({ command: 'verify' }), /it is a document of "verify", not of bench/],
    ['a document of others', other({ tool: 'other' }), /it was not written by bench --json \(\/tool must be/],
    ['a time without a verdict', timeOnly, /it was not written by bench --json \(\/results\/0/],
    [
      'other samples',
      other({ budget: BUDGET_OF_3 }),
      /measured with 3 samples of 10 ms, and this asks for 15 of 10 ms/,
    ],
  ] as const)('%s, and its file is left alone', async (_, edit, message) => {
    await half('correct', edit);
    await refused(message);
  });

  test.each([
    ['half a document', '{"tool": "tilescope", "res', /not JSON, or only the beginning of it/],
    ['no JSON', 'hello', /not JSON/],
    ['nothing', '', /not JSON/],
    ['null', 'null', /not written by bench --json \(the whole must be object\)/],
    ['a list', '[]', /not written by bench --json/],
  ])('%s', async (_, text, message) => {
    writeFileSync(file, text);
    await refused(message);
  });

  test('a file that is not there, or is not a file', async () => {
    await refused(/there is no such file; the first run writes it with --json/);
    expect(existsSync(file)).toBe(false);
    mkdirSync(file);
    const { stderr } = await bench([...SWEEP, '--resume', file]);
    expect(stderr).toMatch(/it is not a file/);
  });

  test('a slip in another flag, or no adapter: the file is left alone', async () => {
    await half();
    const before = readFileSync(file, 'utf8');
    for (const target of [[], ['--json', file]]) {
      expect((await bench([...SWEEP, '--resume', file, ...target, '--sed', '1'])).status).toBe(2);
      const gone = { openError: new Failure('no-adapter', 'there is none') };
      expect((await bench([...SWEEP, '--resume', file, ...target], gone)).status).toBe(3);
      expect(readFileSync(file, 'utf8')).toBe(before);
    }
  });

  async function refused(message: RegExp): Promise<void> {
    const before = existsSync(file) ? readFileSync(file, 'utf8') : null;
    const { status, stderr, asked, stdout } = await bench([...SWEEP, '--resume', file]);
    expect([status, asked, stdout]).toEqual([2, [], '']);
    expect(stderr).toMatch(message);
    expect(
      stderr
        .trimEnd()
        .split('\n')
        .filter((line) => !line.startsWith('Opening')),
    ).toHaveLength(1);
    expect(existsSync(file) ? readFileSync(file, 'utf8') : null).toBe(before);
  }
});

const BUDGET_OF_3 = { samples: 3, sampleMs: 10, limitMs: 60_000, referenceCost: 4e9 };

function timeOnly(document: Document): object {
  const [first, ...rest] = document.results;
  return { ...document, results: [{ ...first, verdict: null }, ...rest] };
}

describe('the file while the work goes on', () => {
  let now = 0;
  beforeEach(() => {
    now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** A host that gives one result a call to `land`, then ends as told. */
  const slowly =
    (stepMs: number, seen: (Document | null)[]): NonNullable<Behaviour['bench']> =>
    (requests, { onProgress }) => {
      for (const [index, request] of requests.entries()) {
        now += stepMs;
        onProgress?.({ kind: 'result', index, result: correctResult(request) });
        seen.push(existsSync(file) ? written() : null);
      }
      return { results: requests.map(correctResult), restart: false, liveBytes: 0 };
    };

  test('has a draft every few seconds that can be resumed from', async () => {
    const seen: (Document | null)[] = [];
    await bench([...SWEEP, '--json', file], { bench: slowly(2000, seen) });
    expect(seen.map((document) => document?.results.length ?? 0)).toEqual([0, 2, 2, 2]);
    expect(seen[1]?.error).toBe('Unfinished: 2 of 4 results; go on with --resume.');
    expect(written()).toMatchObject({ error: null });
    writeFileSync(file, JSON.stringify(seen[1]));
    expect((await bench([...SWEEP, '--resume', file])).asked).toHaveLength(2);
  });

  test('an interrupt leaves what is done, and says how to go on', async () => {
    const interrupt = new AbortController();
    const { status, stderr } = await runCommand(
      ['bench', ...SWEEP, '--json', file],
      {
        bench: (requests, { onProgress }) => {
          onProgress?.({ kind: 'result', index: 0, result: correctResult(requests[0]) });
          interrupt.abort();
          throw new Failure('cancelled', 'You cancelled the run');
        },
      },
      interrupt,
    );
    expect(status).toBe(130);
    expect(stderr).toContain(`1 of 4 results are in ${file}: --resume ${file} runs the rest.`);
    expect((await bench([...SWEEP, '--resume', file])).asked).toHaveLength(3);
    expect(written().results).toHaveLength(4);
  });

  test('stdout gets no drafts', async () => {
    const { stdout } = await bench([...SWEEP, '--json', '-'], { bench: slowly(5000, []) });
    expect(JSON.parse(stdout).results).toHaveLength(4);
  });

  test('a folder that goes away loses the file, not the work', async () => {
    const gone = join(folder, 'gone');
    mkdirSync(gone);
    const { stderr, stdout, status } = await bench([...SWEEP, '--json', join(gone, 'out.json')], {
      bench: (requests, options, params) => {
        rmSync(gone, { recursive: true, force: true });
        return slowly(5000, [])(requests, options, params);
      },
    });
    expect(status).toBe(2);
    expect(stdout).toContain('4 correct');
    // Once for the drafts, of which no second is tried, and once for the document.
    expect(stderr.match(/--json cannot write .*: there is no such folder\./g)).toHaveLength(2);
  });
});

test('a long sweep shows its best rows and says so', async () => {
  const neurons = Array.from({ length: 50 }, (_, at) => at + 1).join();
  const { stdout } = await bench(['neuron', '--kernel', '2', '--set', `neurons=${neurons}`, '--json', file]);
  const { id } = kernelsOf('neuron')[1];
  expect(stdout.split('\n').filter((line) => line.startsWith(`${id} `))).toHaveLength(20);
  expect(stdout.replace(/\s+/g, ' ')).toContain(`The fastest 20 of 50; 30 are not shown: ${file} has them all.`);
  expect(stdout).toContain('neuron: inputs=1024 neurons=(swept) relu=1');
  expect(stdout).toContain('50 correct');
  expect(written().results).toHaveLength(50);
});

test('faults of a sweep are summed up by their rule, the wrong ones by name', async () => {
  const sizes = Array.from({ length: 8 }, (_, at) => 2 ** at);
  const { stdout } = await bench(['neuron', '--kernel', '2', '--set', `WORKGROUP=${sizes.join()}`], {
    bench: (requests) => ({
      results: requests.map((request, at) => {
        return at === 0 ? correctResult(request) : wrongResult(request, `element ${at}: got ${at}.5`);
      }),
      restart: false,
      liveBytes: 0,
    }),
  });
  expect(stdout.replace(/\s+/g, ' ')).toContain(
    'WORKGROUP=2) and 6 more (WORKGROUP=4; WORKGROUP=8; WORKGROUP=16; WORKGROUP=32; WORKGROUP=64; ...): wrong, e.g. element 1',
  );
});
