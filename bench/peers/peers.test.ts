/** What the comparison with other libraries computes by itself; the libraries are not needed here. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { CASES, title } from './cases.ts';
import {
  causalMask,
  concatenate,
  exchangeMiddle,
  parts,
  repeatHeads,
  transposeMatrices,
  unitsPerCall,
} from './contestants/layout.ts';
import { fusedAttentionProgram } from './contestants/onnx.ts';
import { main } from './main.ts';
import { failed } from './measure.ts';
import { hardestPeer, hopeless, speedup } from './ranking.ts';
import { pageOf, table } from './table.ts';
import type { Entry, PeersDocument, ShapeReport } from './types.ts';

const rate = (value: number) => [{ key: 'flop', title: 'Operations', unit: 'GFLOP/s', value }];
const entry = (id: string, samplesMs: readonly number[], status: Entry['status'] = 'correct'): Entry => ({
  ...failed({ id, title: id }, ''),
  status,
  reason: status === 'correct' ? null : 'Wrong: row 1',
  samplesMs,
  medianMs: [...samplesMs].sort((a, b) => a - b)[samplesMs.length >> 1],
  measures: rate(1),
});
const report = (...entries: Entry[]): ShapeReport => ({
  op: 'matmul',
  shape: { m: 2, n: 3, k: 4 },
  quantities: [{ key: 'flop', title: 'Operations', unit: 'FLOP', count: 48 }],
  adapter: 'test',
  entries,
});

describe('ranking', () => {
  test('a speedup is taken within rounds, so that a slow round of both counts for neither', () => {
    const mine = entry('ours:a', [10, 100, 10]);
    expect(speedup(mine, entry('peer', [20, 200, 20]))).toBe(2);
    expect(speedup(mine, entry('slow peer', [30]))).toBe(3);
  });

  test('the hardest peer is the right one that is ahead most; a wrong one is not ranked', () => {
    const mine = entry('ours:a', [10]);
    const entries = [mine, entry('cheat', [1], 'wrong'), entry('fast', [8]), entry('slow', [40])];
    const hardest = hardestPeer(report(...entries), mine);
    expect(hardest?.peer.id).toBe('fast');
    expect(hardest?.ratio).toBeCloseTo(0.8);
    expect(hardestPeer(report(mine), mine)).toBeNull();
  });

  test('a peer is hopeless where its best rate would not do a run in time; ours never is', () => {
    const rated = (id: string, value: number): Entry => ({ ...entry(id, [1]), measures: rate(value) });
    const earlier = [report(rated('ours:a', 0.1), rated('slow', 0.1)), report(rated('slow', 0.5), rated('fast', 2))];
    expect(hopeless(earlier, 1e9, 1000).map(({ peer, ms }) => [peer.id, ms])).toEqual([['slow', 2000]]);
    expect(hopeless([], 1e12, 1000)).toEqual([]);
  });

  test('a table gives ours first, marks what is wrong, and says why below', () => {
    const text = table([report(entry('peer', [20]), entry('cheat', [1], 'wrong'), entry('ours:a', [10]))]);
    expect(text.split('\n')).toEqual([
      '| shape | ours:a | peer | cheat | ratio |',
      '| --- | --- | --- | --- | --- |',
      '| 2 x 3 x 4 | 10.0 (1.00) | 20.0 (1.00) | (1.00) wrong [1] | **2.00 x peer** |',
      '',
      '1. cheat: Wrong: row 1',
    ]);
  });
});

describe('layouts', () => {
  test('heads and tokens change places and come back', () => {
    const values = Float32Array.from({ length: 2 * 3 * 5 * 4 }, (_, i) => i);
    const tokensFirst = exchangeMiddle(values, [2, 3, 5, 4]);
    // Sequence 1, head 2, token 3, element 1.
    expect(tokensFirst[((1 * 5 + 3) * 3 + 2) * 4 + 1]).toBe(values[((1 * 3 + 2) * 5 + 3) * 4 + 1]);
    expect(exchangeMiddle(tokensFirst, [2, 5, 3, 4])).toEqual(values);
  });

  test('matrices are transposed one by one', () => {
    expect([...transposeMatrices([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [2, 2, 3])]).toEqual([
      1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12,
    ]);
  });

  test('a key head is repeated for each query head that shares it', () => {
    expect([...repeatHeads(Float32Array.of(1, 2, 3, 4), 2, 2)]).toEqual([1, 2, 1, 2, 3, 4, 3, 4]);
  });

  test('a causal mask is aligned at the bottom right, for each group', () => {
    expect([...causalMask(2, 3, 2, -9)]).toEqual([0, 0, -9, 0, 0, 0, 0, 0, -9, 0, 0, 0]);
  });

  test('attentions whose scores do not fit into a binding are shared out equally', () => {
    expect(unitsPerCall(8, 1024, 8 * 4096)).toBe(8);
    expect(unitsPerCall(8, 1024, 7 * 4096)).toBe(4);
    expect(unitsPerCall(7, 1024, 6 * 4096)).toBe(1);
    const shares = parts(Float32Array.of(1, 2, 3, 4), 2);
    expect(shares.map((share) => [...share])).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect([...concatenate(shares)]).toEqual([1, 2, 3, 4]);
  });

  test('a decoded token is the last key, and the cache has room for it', () => {
    const shape = { batch: 1, heads: 2, kvHeads: 1, queries: 1, keys: 3, dim: 1, causal: 0 };
    const tensors = { q: Float32Array.of(1, 2), k: Float32Array.of(3, 4, 5), v: Float32Array.of(6, 7, 8) };
    const { calls } = fusedAttentionProgram(
      { op: 'attention', shape, dtype: 'f32', seed: 1, input: 'normal' },
      tensors,
    );
    expect(calls[0].k).toEqual({ values: Float32Array.of(5), dims: [1, 1, 1] });
    expect(calls[0].pastV).toEqual({ values: Float32Array.of(6, 7, 8), dims: [1, 1, 3, 1] });
  });
});

describe('shapes', () => {
  test('have names of their own', () => {
    for (const [op, cases] of Object.entries(CASES)) {
      expect(new Set(cases.map((one) => one.title)).size).toBe(cases.length);
      for (const one of cases) expect(title(op, one.shape as Record<string, number>)).toBe(one.title);
    }
  });
});

test.each([
  [['matmul', '--kernel', '5_register'], 'There is no kernel of matmul "5_register": did you mean 5_register_tile'],
  [['matmul', '--host', 'firefox'], 'There is no host "firefox": use chrome or dawn.'],
  [['matmul', '--ours', '--json', 'no/folder/x.json'], '--json cannot write no/folder/x.json: there is no folder'],
  [['neuron'], 'There is no "neuron" here: use matmul, attention or table.'],
])('%j is refused before any work', async (argv, words) => {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    expect(await main(argv, 'bench/peers', '')).toBe(2);
    expect(write).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(words));
  } finally {
    write.mockRestore();
  }
});

describe('what is said of the stored results', () => {
  const RESULTS = 'bench/results';
  /** What 0_auto gains over the hardest peer of each shape, as shown; of one operation on one adapter. */
  const gains = (op: string, adapter: string): number[] => {
    const [name] = readdirSync(RESULTS).filter(
      (file) => file.startsWith(`peers-${op}-`) && file.endsWith(`${adapter}.json`),
    );
    const { shapes } = JSON.parse(readFileSync(join(RESULTS, name), 'utf8')) as PeersDocument;
    return shapes.map((report) => {
      const own = report.entries.find(({ title }) => title === 'Tilescope 0_auto') as Entry;
      return hardestPeer(report, own)?.ratio ?? Number.NaN;
    });
  };

  test('docs/PEERS.md is what `table` writes', () => {
    expect(readFileSync('docs/PEERS.md', 'utf8')).toBe(pageOf(RESULTS).text);
  });

  test.each([
    ['NVIDIA H200, in Dawn', 'dawn-h200'],
    ['lavapipe, in Dawn', 'dawn-lavapipe'],
    ['SwiftShader, in Chrome', 'chrome-swiftshader'],
  ])('README.md: %s', (name, adapter) => {
    const cells = ['matmul', 'attention'].map((op) => {
      const all = gains(op, adapter);
      return `${Math.min(...all).toFixed(2)} to ${Math.max(...all).toFixed(2)} (${all.length} shapes)`;
    });
    expect(readFileSync('README.md', 'utf8')).toContain(`| ${[name, ...cells].join(' | ')} |`);
  });

  test('docs/GPU.md', () => {
    const [, section] = readFileSync('docs/GPU.md', 'utf8').split('\n## Beside other libraries\n');
    const [text] = section.split('\n## ');
    const all = ['matmul', 'attention'].flatMap((op) => gains(op, 'dawn-h200')).map((ratio) => ratio.toFixed(2));
    expect(text.match(/\d\.\d+(?= times)/g)?.sort()).toEqual(all.sort());
  });
});
