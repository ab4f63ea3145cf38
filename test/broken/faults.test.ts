import { beforeAll, describe, expect, test } from 'vitest';
import { kernels } from '../../src/kernels/index.ts';
import { host } from '../setup/hosts.ts';
import { isWhole } from '../setup/whole.ts';
import { Runner } from './batch.ts';
import { type Fault, KINDS, type Kind, plant } from './fault.ts';
import { type Finding, faults, findings, rightLimit, rightRatio, runnable } from './faults.ts';
import { TARGETS } from './targets.ts';

/** Kinds of fault that can be planted in each operation. */
const APPLY: Readonly<Record<string, readonly Kind[]>> = {
  neuron: [
    'last element dropped',
    'tile off by one at an edge',
    'no barrier before the tile is used',
    'wrong stride',
    'stale tile',
    'f16 accumulation',
    'NaN hidden by ReLU',
    'write out of range',
    'element never written',
    'read past the end',
    'subgroup size assumed',
    'short format',
    'threshold or clamp',
    'factor or constant added',
  ],
  matmul: [
    'last element dropped',
    'term counted twice',
    'tile off by one at an edge',
    'no barrier before the tile is used',
    'no barrier after the tile is used',
    'wrong stride',
    'stale tile',
    'f16 accumulation',
    'write out of range',
    'element never written',
    'read past the end',
    'subgroup size assumed',
    'value of the wrong lane',
    'short format',
    'threshold or clamp',
  ],
  softmax: [
    'last element dropped',
    'tile off by one at an edge',
    'no barrier before the tile is used',
    'denominator not rescaled',
    'subgroup size assumed',
    'wrong stride',
    'f16 accumulation',
    'no maximum subtracted',
    'maximum started at 0',
    'padding counted as a key',
    'write out of range',
    'element never written',
    'in a part only',
    'threshold or clamp',
  ],
  attention: [
    'last element dropped',
    'tile off by one at an edge',
    'no barrier before the tile is used',
    'no barrier after the tile is used',
    'wrong stride',
    'stale tile',
    'f16 accumulation',
    'accumulator not rescaled',
    'denominator not rescaled',
    'no maximum subtracted',
    'maximum started at 0',
    'padding counted as a key',
    'mask ignored on the last tile',
    'hidden key weighed by 0',
    'term or factor left out',
    'wrong page',
    'write out of range',
    'element never written',
    'in a part only',
    'short format',
    'threshold or clamp',
    'factor or constant added',
  ],
  // No kernel of it has a tile in workgroup memory, and so none has a barrier.
  'attention-backward': [
    'last element dropped',
    'tile off by one at an edge',
    'wrong stride',
    'f16 accumulation',
    'accumulator not rescaled',
    'denominator not rescaled',
    'no maximum subtracted',
    'maximum started at 0',
    'padding counted as a key',
    'mask ignored on the last tile',
    'hidden key weighed by 0',
    'probabilities not normalised',
    'term or factor left out',
    'causality or window off by one',
    'write out of range',
    'element never written',
    'short format',
  ],
};

describe('planted faults', () => {
  test('are planted exactly once', () => {
    expect(plant('a b', [['b', 'c']], 'x')).toBe('a c');
    expect(() => plant('a b b', [['b', 'c']], 'x')).toThrow('occurs 2 times in x');
    expect(() => plant('a', [['b', 'c']], 'x')).toThrow('occurs 0 times in x');
  });

  test('have names of their own', () => {
    expect(new Set(faults.map(({ op, id }) => `${op}/${id}`)).size).toBe(faults.length);
  });

  test.each([...new Set(kernels.map(({ op }) => op))])('are there for every kind that %s can have', (op) => {
    const there = new Set(faults.filter((fault) => fault.op === op).map(({ kind }) => kind));
    expect(KINDS.filter((kind) => there.has(kind))).toEqual(KINDS.filter((kind) => APPLY[op]?.includes(kind)));
  });
});

/** Chrome's WebGPU is Dawn, and SwiftShader compiles a kernel in a tenth of lavapipe's time. */
const tried = isWhole ? TARGETS : TARGETS.filter(({ name }) => name === 'chrome');

describe.each(tried)('on $title', ({ name, adapter }) => {
  const found = new Map<Fault, Finding>();
  let features: readonly string[] = [];

  beforeAll(async () => {
    const runner = new Runner(() => host(name, adapter));
    features = (await runner.device()).features;
    for (const finding of await findings(runner, runnable(features), false)) found.set(finding.fault, finding);
    expect(runner.restarts).toBe(0);
  });

  test.each(faults)('$op: $id', (fault) => {
    const finding = found.get(fault);
    if (!finding) {
      expect(fault.dtype).toBe('f16');
      expect(features).not.toContain('shader-f16');
      return;
    }
    const { broken, right } = finding;
    expect(broken.reason).toMatch(SENTENCES[fault.sign ?? 'value']);
    expect(broken.status).toBe('wrong');
    expect(broken.verdict?.correct).toBe(false);
    expect(Number(broken.verdict?.ratio)).toBeGreaterThan(1);
    if (fault.sign !== 'out of range') expect(broken.verdict?.worst).toMatchObject({ index: expect.any(Number) });

    expect(right.reason).toBeNull();
    expect(right.status).toBe('correct');
    expect(rightRatio(finding)).toBeLessThanOrEqual(rightLimit(fault));
  });
});

/** The element is named, with what it is and what it should be. */
const SENTENCES = {
  value:
    /(element \d+|row \d+, column \d+).*: got \S+, expected \S+|Several rows of \w+ together show that the kernel /,
  'never written': /(element \d+|row \d+, column \d+).*: never written, expected \S+/,
  'out of range':
    /wrote out of range: (element \d+ of the buffer of \w+ is not part of its result|word \d+ lies behind its scratch)/,
} as const;
