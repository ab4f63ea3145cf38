/** What the documents say of the repository: links, names of files, counts, and the tables that commands write. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { intoDocument } from '../../src/cli/markdown.ts';
import { tables } from '../../src/cli/tasks/tables.ts';
import { forms } from '../../src/cli/vectors/forms.ts';
import { operations } from '../../src/kernels/index.ts';
import { probes } from '../../src/probes/index.ts';
import { tasks } from '../../src/tasks/index.ts';
import { lessons } from '../../src/ui/views/lessons.ts';
import { faults } from '../broken/faults.ts';
import { stored } from '../broken/records.ts';
import { faultCounts, mutantCounts } from '../broken/table.ts';
import { DOCUMENTS, says, textOf } from './documents.ts';
import { temporaryFolder } from './vector-files.ts';

describe.each(DOCUMENTS)('%s', (document) => {
  test('its links lead to files and headings that are there', () => {
    const links = [...textOf(document).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
    const dead = links.filter(([, path, heading]) => {
      const to = path === '' ? document : normalize(join(dirname(document), path));
      return !existsSync(to) || (heading !== undefined && !headingsOf(to).includes(heading));
    });
    expect(dead.map(([link]) => link)).toEqual([]);
  });

  test('the files of src, test, bench, docs and shaders that it names are there', () => {
    const named = [
      ...textOf(document).matchAll(/`((?:src|test|docs|shaders|recordings)\/[\w./-]+|bench\/[\w/-]+\.\w+)`/g),
    ];
    // N stands for a number in names of files to be.
    expect(named.map(([, path]) => path).filter((path) => !path.includes('/N_') && !existsSync(path))).toEqual([]);
  });

  test('the tests that it names are there, with the titles that it gives', () => {
    const files = readdirSync('test', { recursive: true, encoding: 'utf8' }).map((path) => join('test', path));
    const missing = [...textOf(document).matchAll(/`([\w./-]+\.test\.ts)`(?:, "([^"]+)")?/g)].filter(
      ([, path, title]) => {
        const named = files.filter((one) => one.endsWith(`/${basename(path)}`));
        return !named.some((file) => title === undefined || readFileSync(file, 'utf8').includes(title));
      },
    );
    expect(missing.map(([words]) => words)).toEqual([]);
  });
});

/** As GitHub makes them of a document's headings. */
function headingsOf(document: string): readonly string[] {
  return [...textOf(document).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

const NUMBERS =
  'no one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen'.split(
    ' ',
  );

describe('what is counted', () => {
  const recorded = operations.flatMap(({ id }) =>
    existsSync(`recordings/${id}`) ? readdirSync(`recordings/${id}`) : [],
  );

  test.each([
    ['lessons', `The page opens with ${NUMBERS[lessons.length]} lessons`],
    ['operations', `There are ${NUMBERS[operations.length]} operations`],
    ['tasks', `The Tasks view has ${tasks.length} kernels`],
    ['recordings', `${NUMBERS[recorded.length]} kernels open with a recording`],
  ])('README.md: %s', (_, words) => {
    expect(says('README.md', words)).toBe(true);
  });

  test('docs/ATTENTION.md: faults of the backward pass', () => {
    const backward = faults.filter(({ op }) => op === 'attention-backward');
    expect(says('docs/ATTENTION.md', `All of the ${backward.length} planted faults`)).toBe(true);
    const { rows } = JSON.parse(textOf('bench/results/faults.json')) as {
      rows: { op: string; request: { dtype?: string }; hosts: Record<string, { ratio: unknown }>; right: unknown }[];
    };
    const seen = rows.filter(({ op }) => op === 'attention-backward');
    const weakest = Math.min(...seen.flatMap(({ hosts }) => Object.values(hosts).map(({ ratio }) => Number(ratio))));
    expect(says('docs/ATTENTION.md', `reaches ${weakest.toPrecision(2)} times the bound at its gate`)).toBe(true);
    const right = Math.max(...seen.flatMap(({ request, right }) => (request.dtype === 'f16' ? [] : [Number(right)])));
    expect(says('docs/ATTENTION.md', `stay at ${right.toPrecision(2)} of it or below in f32`)).toBe(true);
  });

  test('docs/MEMORY.md: a row for each probe', () => {
    const [table] = textOf('docs/MEMORY.md').split('\n## ');
    const rows = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, id]) => id);
    expect(rows).toEqual(probes.map(({ id }) => id));
  });

  test("bench/README.md: a row for each operation that takes other people's vectors, and for each ONNX operator", () => {
    const text = textOf('bench/README.md');
    for (const { op, inputs, outputs } of forms) {
      const row = new RegExp(`^\\| ${op} \\| (.*) \\| (.*) \\|$`, 'm').exec(text);
      for (const name of outputs) expect(row?.[2], op).toContain(`\`${name}\``);
      if (op !== 'attention-backward') for (const { name } of inputs) expect(row?.[1], op).toContain(`\`${name}\``);
    }
    const operators = forms.flatMap((form) => Object.keys(form.operators));
    expect(operators.filter((name) => !text.includes(`\n| ${name} |`))).toEqual([]);
  });
});

describe('what commands write is what they would write now', () => {
  test('npm run tables', async () => {
    const root = temporaryFolder();
    const written = ['README.md', 'docs/MATMUL.md', 'docs/ATTENTION.md'];
    for (const folder of ['docs', 'bench/results']) mkdirSync(join(root, folder), { recursive: true });
    for (const path of written) cpSync(path, join(root, path));
    for (const name of readdirSync('bench/results').filter((name) => /^(ladder|curve|roof)-/.test(name)))
      cpSync(join('bench/results', name), join(root, 'bench/results', name));
    await tables(root, []);
    for (const path of written) expect(readFileSync(join(root, path), 'utf8')).toBe(textOf(path));
  });

  test('npm run faults and npm run mutants', () => {
    const text = textOf('docs/CHECKER.md');
    expect(intoDocument(text, 'faults', 'npm run faults', faultCounts(stored('.', 'faults')))).toBe(text);
    expect(intoDocument(text, 'mutants', 'npm run mutants', mutantCounts(stored('.', 'mutants')))).toBe(text);
  });
});
