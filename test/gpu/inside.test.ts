/**
 * The tables of docs/INSIDE.md: each is traced again. With TILESCOPE_INSIDE=write they are written. And what kernels say of
 * themselves in numbers, which shares these traces.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { rootFor } from '../../src/cli/setup/root.ts';
import { findKernel, kernelsOf, source } from '../../src/kernels/index.ts';
import type { Kernel, Knobs } from '../../src/kernels/types.ts';
import type { TraceResult } from '../../src/lab/trace-result.ts';
import { host } from '../setup/hosts.ts';
import { isWhole } from '../setup/whole.ts';
import { type Claim, Counted, claims } from './words.ts';

const file = join(rootFor('npm test'), 'docs/INSIDE.md');
const isWriting = process.env.TILESCOPE_INSIDE === 'write';
let text = readFileSync(file, 'utf8');
const tables = [...text.matchAll(/<!-- (\S+) (\d+) (\S+) -->\n([\s\S]*?)<!-- end -->/g)];

const known = new Map<string, Promise<TraceResult>>();

function traced(op: string, number: string, sizes: string, knobs: Knobs = {}): Promise<TraceResult> {
  const key = JSON.stringify([op, number, sizes, knobs]);
  const found = known.get(key) ?? run(op, number, sizes, knobs);
  known.set(key, found);
  return found;
}

async function run(op: string, number: string, sizes: string, knobs: Knobs): Promise<TraceResult> {
  const kernel = kernelsOf(op).find(({ id }) => id.startsWith(`${number}_`))?.id as string;
  const shape = Object.fromEntries(sizes.split(',').map((pair) => [pair.split('=')[0], Number(pair.split('=')[1])]));
  const request = { op, kernel, shape, knobs };
  const params = { request, workgroups: 'all', machine: 'generic', limitMs: 120_000 } as const;
  return (await (await host('dawn')).call('trace', params)).result;
}

function table(result: TraceResult): string {
  const { sites, totals, kernel, op } = result;
  const number = (count: number): string => count.toLocaleString('en-US');
  const each = (count: number, requests: number): string => String(Number((count / requests).toPrecision(3)));
  const rows = [...sites]
    .sort((a, b) => a.pass - b.pass || a.line - b.line || a.column - b.column)
    .map((site) => {
      const { line, access, buffer, requests, sectors, idealSectors, bankPasses, idealBankPasses, hits } = site;
      const counts = hits === null ? ['', '', bankPasses, idealBankPasses] : [sectors, idealSectors, '', ''];
      const cells = counts.map((count) => (typeof count === 'number' ? each(count, requests) : count));
      return `| ${[`${line}`, `${access} ${buffer}`, number(requests), ...cells].join(' | ')} |`;
    });
  const head =
    '| Line | Access | Requests | Sectors | Fewest | Passes | Fewest |\n| ---: | --- | ---: | ---: | ---: | ---: | ---: |';
  const { bytesAsked, bytesFetched, bytesFromMemory, compulsoryBytes, barriers } = totals as NonNullable<typeof totals>;
  const sums = `asked ${number(bytesAsked)} bytes, moved ${number(bytesFetched)}, from memory ${number(bytesFromMemory)}, compulsory ${number(compulsoryBytes)}; ${number(barriers)} barriers`;
  return `\n**${op} ${kernel}**: ${sums}.\n\n${head}\n${rows.join('\n')}\n\n`;
}

test.each(tables.map(([whole, op, number, sizes, there]) => ({ whole, op, number, sizes, there })))(
  '$op $number',
  async ({ whole, op, number, sizes, there }) => {
    const result = await traced(op, number, sizes);
    expect(result.reason).toBeNull();
    expect(result.findings).toEqual([]);
    expect(result.sameOutput).toBe(true);
    const made = table(result);
    if (isWriting) text = text.replace(whole, `<!-- ${op} ${number} ${sizes} -->\n${made}<!-- end -->`);
    else expect(there).toBe(made);
  },
);

afterAll(() => {
  if (isWriting) writeFileSync(file, text);
});

test('the document has all of its tables', () => {
  expect(tables.length).toBe(10);
});

/** Sectors a request, and the fewest, as worked out by hand. */
test.each([
  ['neuron', '2', 'inputs=1024,neurons=128', 'w', 32, 4],
  ['neuron', '2', 'inputs=1024,neurons=128', 'x', 1, 1],
  ['neuron', '3', 'inputs=1024,neurons=128', 'w', 4, 4],
  ['matmul', '2', 'm=32,n=32,k=32', 'a', 2, 1],
  ['matmul', '2', 'm=32,n=32,k=32', 'b', 2, 2],
] as const)('%s %s, %s: %s', async (op, number, sizes, buffer, sectors, fewest) => {
  const { sites } = await traced(op, number, sizes);
  const site = sites.find((one) => one.buffer === buffer) as (typeof sites)[number];
  expect([site.sectors / site.requests, site.idealSectors / site.requests]).toEqual([sectors, fewest]);
});

test('one neuron of f16: bytes of x, w and b, and of y', async () => {
  const request = { op: 'neuron', kernel: '2_row_major', shape: { inputs: 1024, neurons: 1 }, dtype: 'f16' } as const;
  const params = { request, workgroups: 'all', machine: 'generic', limitMs: 120_000 } as const;
  const { result } = await (await host('dawn')).call('trace', params);
  if (result.status === 'refused') {
    expect(result.reason).toMatch(/shader-f16/);
    return;
  }
  const bytes = Object.fromEntries(result.sites.map(({ buffer, bytesAsked }) => [buffer, bytesAsked]));
  expect(bytes).toEqual({ x: 2048, w: 2048, b: 2, y: 2 });
});

describe('what a kernel says of its accesses', () => {
  test.each(claims.filter(({ isSlow }) => isWhole || !isSlow))('$kernel: $words', async (claim) => {
    const [op, id] = claim.kernel.split('/');
    const kernel = findKernel(op, id) as Kernel;
    expect([kernel.teaches, headOf(source(kernel))].some((text) => text.includes(claim.words))).toBe(true);
    const result = await resultOf(claim);
    if (result.status === 'refused') {
      expect(result.refusal?.rule).toBe('feature');
      return;
    }
    expect(result.reason).toBeNull();
    expect(claim.counted(new Counted(result))).toEqual(claim.said);
  });
});

async function resultOf({ kernel, sizes, knobs }: Claim): Promise<TraceResult> {
  const [op, id] = kernel.split('/');
  if (sizes !== undefined) return traced(op, id.split('_')[0], sizes, knobs);
  // Held to a trace by a test of its own.
  return JSON.parse(readFileSync(join(rootFor('npm test'), 'recordings', `${kernel}.json`), 'utf8')).result;
}

/** The comment that a text begins with, behind directives, as one line. */
function headOf(text: string): string {
  const lines = text.split('\n');
  const from = lines.findIndex((line) => line.startsWith('//'));
  const to = lines.findIndex((line, at) => at > from && !line.startsWith('//'));
  return lines
    .slice(from, to)
    .map((line) => line.slice(3))
    .join(' ');
}
