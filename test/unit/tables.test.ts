/** The tables that `npm run tables` writes: what a reader of README.md sees of the stored results. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { intoDocument, markdownTable } from '../../src/cli/markdown.ts';
import { tables } from '../../src/cli/tasks/tables.ts';
import { VERSION } from '../../src/lab/document.ts';
import type { Result, Time } from '../../src/lab/result.ts';
import { stored } from '../broken/records.ts';
import { ADAPTER, correctResult, measured } from './fake-host.ts';

const marked = (...sections: string[]): string =>
  sections.map((name) => `<!-- ${name}: written by npm run tables -->\nold\n<!-- end of ${name} -->\n`).join('\n');

describe('a section of a document', () => {
  test('is replaced between its markers, and nothing else is', () => {
    const begin = '<!-- a: written by x -->';
    expect(intoDocument(`1\n${begin}\nold\n<!-- end of a -->\n2`, 'a', 'x', 'new')).toBe(
      `1\n${begin}\n\nnew\n\n<!-- end of a -->\n2`,
    );
    expect(() => intoDocument('1', 'a', 'x', 'new')).toThrow('no section between "<!-- a: written by x -->"');
  });

  test('cells keep their bars', () => {
    expect(markdownTable(['a', 'b'], [['1|2', '3']], [1])).toBe('| a | b |\n| --- | ---: |\n| 1\\|2 | 3 |');
  });
});

/** A kernel of each operation that takes what `correctResult` asks. */
const PLAIN: Readonly<Record<string, string>> = { matmul: '2_coalesced', attention: '2_online' };

describe('npm run tables', () => {
  let root: string;
  const store = (name: string, results: readonly Result[], version = VERSION): void =>
    writeFileSync(
      join(root, 'bench/results', name),
      JSON.stringify({ version, host: 'dawn', adapter: ADAPTER, createdAt: '2026-11-23T00:00:00Z', results }),
    );
  const result = (op: string, kernel: string, shape: Record<string, number>, medianNs: number): Result => {
    const base = correctResult({ op, kernel });
    return { ...base, shape, time: { ...(base.time as Time), medianNs }, measures: measured(12.345, 1) };
  };
  const refused = (op: string, kernel: string, shape: Record<string, number>): Result => {
    const base = correctResult({ op, kernel: PLAIN[op] });
    return { ...base, kernel, shape, status: 'refused', reason: 'Too large.', time: null, measures: [], work: null };
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tables-'));
    for (const folder of ['bench/results', 'docs']) mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, 'README.md'), marked('steps-matmul'));
    writeFileSync(join(root, 'docs/MATMUL.md'), marked('ladder-matmul'));
    writeFileSync(join(root, 'docs/ATTENTION.md'), marked('ladder-attention', 'curve-attention'));
    const m = { m: 512, n: 512, k: 512, bias: 0 };
    store('ladder-matmul-x.json', [
      result('matmul', '2_coalesced', m, 1_234_567),
      result('matmul', '3_tiles', m, 2_000_000),
      result('matmul', '6_vector_loads', m, 500_000),
      refused('matmul', '14_f16_sums', m),
      refused('matmul', '15_subgroup_matrix', m),
    ]);
    store('ladder-attention-x.json', [result('attention', '2_online', { queries: 8 }, 1e6)]);
    store('curve-attention-x.json', [
      result('attention', '1_three_passes', { queries: 4096, dim: 64 }, 2e6),
      result('attention', '2_online', { queries: 4096, dim: 64 }, 1e6),
      refused('attention', '1_three_passes', { queries: 8192, dim: 64 }),
      result('attention', '2_online', { queries: 8192, dim: 64 }, 4e6),
    ]);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  test('writes ladders with times, rates, and the reason of what did not run', async () => {
    expect(await tables(root, [])).toBe(0);
    const document = readFileSync(join(root, 'docs/MATMUL.md'), 'utf8');
    expect(document).toContain('matmul, m 512, n 512, k 512, f32; dawn on');
    expect(document).toMatch(/\| 2_coalesced \| \S.* \| 1\.23 \| 12\.3 \|/);
    expect(document).toMatch(/\| 14_f16_sums \| \S.* \| refused \[1\] \| {2}\|/);
    expect(document.match(/Too large\./g)).toHaveLength(1);
    expect(document).not.toContain('old');
  });

  test('writes the steps that gained: each faster than all before it, with its gain over the first', async () => {
    await tables(root, []);
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    expect(readme).toMatch(/\| 2_coalesced \| \S.* \| 1\.23 \| 12\.3 \| 1\.00x \|/);
    expect(readme).toMatch(/\| 6_vector_loads \| \S.* \| 0\.500 \| 12\.3 \| 2\.47x \|/);
    expect(readme).not.toMatch(/3_tiles|14_f16_sums|old|\(roof\)/);
  });

  test('writes the roof of the same adapter below them', async () => {
    const roof = (name: string, adapter: string, unit: string): void =>
      writeFileSync(join(root, `bench/results/roof-${name}.json`), JSON.stringify({ adapter, unit, value: 24.69 }));
    roof('a', 'another', 'GFLOP/s');
    roof('b', ADAPTER.description, 'TFLOP/s');
    await tables(root, []);
    expect(readFileSync(join(root, 'README.md'), 'utf8')).not.toContain('(roof)');
    roof('c', ADAPTER.description, 'GFLOP/s');
    await tables(root, []);
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toMatch(/\| \(roof\) \| .* \| {2}\| 24\.7 \| 2\.00x \|/);
  });

  test('writes a curve with a row for each size', async () => {
    await tables(root, []);
    const document = readFileSync(join(root, 'docs/ATTENTION.md'), 'utf8');
    expect(document).toContain('attention, dim 64, f32; dawn on');
    expect(document).toMatch(/\| 4,096 \| 2\.00 \| [\d,]+ \| 1\.00 \| [\d,]+ \|/);
    expect(document).toMatch(/\| 8,192 \| refused \[1\] \| .* \| 4\.00 \| [\d,]+ \|/);
  });

  test('says what is missing', async () => {
    rmSync(join(root, 'bench/results/curve-attention-x.json'));
    await expect(tables(root, [])).rejects.toThrow('There is no result bench/results/curve-attention-*.json');
    cpSync(join(root, 'README.md'), join(root, 'bench/results/curve-attention-x.json'));
    await expect(tables(root, [])).rejects.toThrow('curve-attention-x.json is not JSON');
    store('curve-attention-x.json', []);
    await expect(tables(root, [])).rejects.toThrow('holds no results of bench');
    const edited = { ...result('attention', '2_online', {}, 1e6), source: { file: 'mine.wgsl', digest: 'sha256:0' } };
    store('curve-attention-x.json', [edited]);
    await expect(tables(root, [])).rejects.toThrow('holds a result of an edited 2_online');
    store('curve-attention-x.json', [edited], '0.1.0');
    await expect(tables(root, [])).rejects.toThrow(
      `curve-attention-x.json cannot be read: it was written by Tilescope 0.1.0, and this is ${VERSION}, which reads what`,
    );
    await expect(tables(root, ['x'])).rejects.toThrow('takes no arguments');
  });

  test('a record of faults of an earlier form is not printed', () => {
    const path = join(root, 'bench/results/faults.json');
    expect(() => stored(root, 'faults')).toThrow('There is no record bench/results/faults.json');
    writeFileSync(path, JSON.stringify({ hosts: [], rows: [] }));
    expect(() => stored(root, 'faults')).toThrow(/it names no version of Tilescope, .* npm run faults makes a new one/);
    writeFileSync(path, JSON.stringify({ version: VERSION, hosts: [], rows: [] }));
    expect(stored(root, 'faults').rows).toEqual([]);
  });
});
