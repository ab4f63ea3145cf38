/** `bench --source FILE.wgsl` on a fake host: what is asked for, what is refused first, how a row tells of it. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import schema from '../../bench/result.schema.json' with { type: 'json' };
import { kernelsOf, source } from '../../src/kernels/index.ts';
import { unmade } from '../../src/lab/outcome.ts';
import { planRequest, sourceOf } from '../../src/lab/plan.ts';
import type { Request } from '../../src/lab/protocol.ts';
import type { ResultDocument } from '../../src/lab/result.ts';
import { correctResult, type Ran, runCommand } from './fake-host.ts';
import { temporaryFolder } from './vector-files.ts';

const folder = temporaryFolder();
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);
const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const [second] = kernelsOf('neuron').filter(({ id }) => id.startsWith('2_'));
const saved = source(second);
const OTHER = `${saved}// Another text.\n`;

let files = 0;
function write(content: string | Uint8Array): string {
  const path = join(folder, `kernel${files++}.wgsl`);
  writeFileSync(path, content);
  return path;
}

/** A bench whose host plans each request as a real one does and finds it correct. */
async function bench(...argv: string[]): Promise<Ran & { asked: Request[]; json: ResultDocument }> {
  const out = argv.includes('--resume') ? argv[argv.indexOf('--resume') + 1] : join(folder, `out${files++}.json`);
  const asked: Request[] = [];
  const ran = await runCommand(['bench', ...argv, '--json', out], {
    bench: async (requests) => {
      asked.push(...requests);
      const results = [];
      for (const request of requests) {
        try {
          await sourceOf(planRequest(request));
          results.push(correctResult(request));
        } catch (error) {
          results.push(unmade(request, error));
        }
      }
      return { results, restart: false, liveBytes: 0 };
    },
  });
  const json = JSON.parse(readFileSync(out, 'utf8'));
  validate(json);
  expect(validate.errors).toBeNull();
  return { ...ran, asked, json };
}

test('every variant runs the text, and its row, document and table say so', async () => {
  const path = write(OTHER);
  const sweep = ['--set', 'WORKGROUP=32,64', '--set', 'neurons=8,16'];
  const { status, asked, json, stdout } = await bench('neuron', '--kernel', '2', '--source', path, ...sweep);
  expect(status).toBe(0);
  expect(asked.map((request) => request.source)).toEqual([OTHER, OTHER, OTHER, OTHER]);
  for (const result of json.results)
    expect(result.source).toEqual({ file: path, digest: digestOf(OTHER), text: OTHER });
  expect(stdout).toContain(`${second.id} (edited)`);
  expect(stdout.replaceAll(/\n */g, ' ')).toContain(`${path} in place of the kernel's own WGSL, ${digestOf(OTHER)}.`);
  expect(stdout).toMatch(new RegExp(`neuron ${second.id} \\(edited\\): `));
});

test('a saved kernel has no source', async () => {
  const { asked, json, stdout } = await bench('neuron', '--kernel', '2');
  expect(asked[0]).not.toHaveProperty('source');
  expect(json.results[0]).not.toHaveProperty('source');
  expect(stdout).not.toContain('(edited)');
});

test('a byte order mark is not part of the text, a link is followed', async () => {
  const link = join(folder, 'link.wgsl');
  symlinkSync(write(`\uFEFF${OTHER}`), link);
  const { asked } = await bench('neuron', '--kernel', '2', '--source', link);
  expect(asked[0].source).toBe(OTHER);
});

describe('refused in one sentence before a host opens', () => {
  const good = write(OTHER);
  const empty = write(' \n');
  mkdirSync(join(folder, 'kernels'));
  test.each([
    [
      'no --kernel',
      ['neuron', '--source', good],
      /no --kernel is given: name one operation and one --kernel, or begin the file with a header, .*\.$/,
    ],
    [
      'two kernels',
      ['neuron', '--kernel', '1', '--kernel', '2', '--source', good],
      /--source replaces the WGSL of one kernel, and these are 2 kernels/,
    ],
    ['one of each operation', ['all', '--kernel', '1', '--source', good], /and these are \d+ kernels/],
    [
      'a kernel without a file of its own',
      ['matmul', '--kernel', '0_auto', '--source', good],
      /matmul 0_auto, which has none of its own .* such as --kernel 7_from_cache\.$/,
    ],
    [
      'a missing file',
      ['neuron', '--kernel', '2', '--source', 'no/such.wgsl'],
      /no\/such\.wgsl: there is no such file/,
    ],
    ['a folder', ['neuron', '--kernel', '2', '--source', join(folder, 'kernels')], /it is a folder; name a WGSL file/],
    ['an empty file', ['neuron', '--kernel', '2', '--source', empty], /it is empty; the saved kernels under shaders\//],
    [
      'bytes that are no text',
      ['neuron', '--kernel', '2', '--source', write(Uint8Array.of(0x66, 0xc3, 0x28))],
      /it is not UTF-8 text/,
    ],
    ['a null character', ['neuron', '--kernel', '2', '--source', write('a\0b')], /it holds a null character/],
    [
      'a huge file',
      ['neuron', '--kernel', '2', '--source', write('/'.repeat(300_000))],
      /it has 300,000 bytes, and a kernel may have at most 262,144/,
    ],
    [
      'a long text in a wide sweep',
      [
        ...['neuron', '--kernel', '2', '--source', write(`//${'x'.repeat(200_000)}`)],
        ...['--set', `inputs=${Array.from({ length: 400 }, (_, at) => at + 1)}`],
      ],
      /200,002 bytes and this sweep 400 variants, .*: sweep at most 335 at once/,
    ],
    ['two files', ['neuron', '--kernel', '2', '--source', good, '--source', good], /--source can be given once/],
    ['no file', ['neuron', '--kernel', '2', '--source'], /--source needs a value/],
  ] as const)('%s', async (_, argv, message) => {
    const { status, stderr, opened, json } = await bench(...argv);
    expect([status, opened, json.results]).toEqual([2, 0, []]);
    expect(stderr.trimEnd()).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

test('a text without a constant that a knob sets is a failed row with its reason', async () => {
  const [tiles] = kernelsOf('matmul').filter(({ id }) => id.startsWith('5_'));
  const [, name] = /^const (\w+): u32/m.exec(source(tiles)) ?? [];
  const path = write(source(tiles).replace(new RegExp(`^const ${name}: u32`, 'm'), `override ${name}: u32`));
  const { status, json, stdout } = await bench('matmul', '--kernel', '5', '--source', path);
  expect(status).toBe(1);
  const reason = `The WGSL must declare "const ${name} = ...;", so that it can be set`;
  expect(json.results).toMatchObject([{ status: 'failed', reason, source: { file: path } }]);
  expect(stdout).toContain(`matmul ${tiles.id} (edited): failed: The WGSL must declare`);
});

test('what is refused whatever the text is has its row too', async () => {
  const path = write(OTHER);
  const { status, opened, json } = await bench('neuron', '--kernel', '2', '--source', path, '--shape', 'inputs=0');
  expect([status, opened]).toEqual([2, 0]);
  expect(json.results).toMatchObject([{ status: 'refused', source: { file: path } }]);
});

describe('--resume', () => {
  const argv = ['neuron', '--kernel', '2', '--set', 'neurons=8,16'];

  test.each([
    ['the same text in another place', OTHER, 1],
    ['another text', `${OTHER}// And another.\n`, 2],
    ['the saved kernel', null, 2],
  ] as const)('after %s', async (_, text, count) => {
    const first = await bench(...argv.slice(0, 3), '--set', 'neurons=8', '--source', write(OTHER));
    const file = join(folder, `earlier${files++}.json`);
    writeFileSync(file, JSON.stringify(first.json));
    const { asked, json, stdout } = await bench(
      ...argv,
      ...(text === null ? [] : ['--source', write(text)]),
      '--resume',
      file,
    );
    expect(asked).toHaveLength(count);
    const digests = json.results.map((result) => [result.shape.neurons, result.source?.digest]);
    const own = text === null ? undefined : digestOf(text);
    // Results of the other text stay, under their own digest, and are not in the table.
    const others = text === OTHER ? [] : [[8, digestOf(OTHER)]];
    expect(digests).toEqual([[8, own], [16, own], ...others]);
    expect(stdout).toContain('2 correct, 0 wrong, 0 refused, 0 failed');
  });
});
