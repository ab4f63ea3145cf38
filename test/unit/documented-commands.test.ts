/** Every command line that a document gives a reader: as far as the device, which is not there. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { COMMANDS } from '../../src/cli/main.ts';
import { Failure } from '../../src/core/errors.ts';
import { kernelsOf, operations, source } from '../../src/kernels/index.ts';
import { blank } from '../../src/kernels/own/index.ts';
import { DOCUMENTS, textOf } from './documents.ts';
import { runCommand } from './fake-host.ts';
import { npz, temporaryFolder } from './vector-files.ts';

const folder = temporaryFolder();

/** "npm run NAME -- words" of every document, without comments. */
const NPM = /\bnpm (?:run (?:-s |--silent )?(?=[a-z])|(?=start|test))([a-z]+)\b(?: -- ([^`\n#|()]+))?/g;
const documented = DOCUMENTS.flatMap((document) =>
  [...textOf(document).matchAll(NPM)].map(([, name, words = '']) => ({ document, name, words: words.trim() })),
);
const PLACEHOLDERS = /\.\.\.|\b(OP|FILE|TEXT)\b|path\/to|^$/;
const lines = documented.filter(({ name, words }) => Object.hasOwn(COMMANDS, name) && !PLACEHOLDERS.test(words));

/** The same words, over files that are there to be read and paths at which nothing is overwritten. */
function overFiles(words: readonly string[]): string[] {
  return words.map((word, at) => {
    const path = join(folder, word.replaceAll('/', '-'));
    if (['--json', '--record'].includes(words[at - 1])) return path;
    if (word.endsWith('.npz')) {
      const [square, identity] = [
        [1, 2, 3, 4],
        [1, 0, 0, 1],
      ].map((values) => ({ dims: [2, 2], values }));
      const arrays = words.includes('--causal')
        ? { q: HEAD, k: HEAD, v: HEAD, o: HEAD }
        : { a: square, b: identity, c: square };
      writeFileSync(path, npz(arrays));
      return path;
    }
    if (words[at - 1] !== '--source') return word;
    writeFileSync(path, textFor(words[0], words[words.indexOf('--kernel') + 1]));
    return path;
  });
}

/** One key: whatever the query is, its value comes out. */
const HEAD = { dims: [1, 1, 1, 2], values: [1, 2] };

/** That of a kernel of the operation, named by its number; otherwise one with a header. */
function textFor(op: string, number: string): string {
  const kernel = kernelsOf(op).find(({ id }) => id.startsWith(`${number}_`));
  return kernel ? source(kernel) : blank(operations.find(({ id }) => id === op) ?? operations[0]);
}

describe('command lines in the documents', () => {
  test('name scripts that there are', () => {
    const names = new Set(documented.map(({ name }) => name));
    expect([...names].filter((name) => !Object.hasOwn(manifest.scripts, name))).toEqual([]);
    expect(lines.length).toBeGreaterThan(40);
  });

  test('name scripts of Node that there are', () => {
    const files = DOCUMENTS.flatMap((document) => [...textOf(document).matchAll(/\bnode ([\w/-]+\.mjs)/g)]);
    expect(files.map(([, file]) => file).filter((file) => !existsSync(file))).toEqual([]);
    expect(files).not.toEqual([]);
  });

  test.each(lines)('$document: npm run $name -- $words', async ({ name, words }) => {
    const openError = new Failure('no-adapter', 'This is as far as it goes');
    const { status, stdout, stderr } = await runCommand([name, ...overFiles(words.split(/ +/))], { openError });
    // Those that need no device end well.
    if (status === 0) expect(stdout).not.toBe('');
    else expect([status, stdout + stderr]).toEqual([3, expect.stringContaining('This is as far as it goes')]);
  });
});
