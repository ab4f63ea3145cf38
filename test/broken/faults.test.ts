import { beforeAll, describe, expect, test } from 'vitest';
import { findLavapipe } from '../../src/cli/setup/vulkan.ts';
import { host } from '../setup/hosts.ts';
import { isWhole } from '../setup/whole.ts';
import { Runner } from './batch.ts';
import { broken } from './broken.ts';
import { type Fault, KINDS, plant } from './fault.ts';
import { type Finding, faults, findings, rightLimit, rightRatio, runnable } from './faults.ts';
import { TARGETS } from './targets.ts';

describe('planted faults', () => {
  test('are planted exactly once', () => {
    expect(plant('a b', [['b', 'c']], 'x')).toBe('a c');
    expect(() => plant('a b b', [['b', 'c']], 'x')).toThrow('occurs 2 times in x');
    expect(() => plant('a', [['b', 'c']], 'x')).toThrow('occurs 0 times in x');
  });

  test('have names of their own', () => {
    expect(new Set(faults.map(({ op, id }) => `${op}/${id}`)).size).toBe(faults.length);
  });

  test.each([...broken])('are there for every kind that %s can have', (op, { kinds }) => {
    const there = new Set(faults.filter((fault) => fault.op === op).map(({ kind }) => kind));
    expect(there.size).toBeGreaterThan(0);
    expect(KINDS.filter((kind) => there.has(kind))).toEqual(KINDS.filter((kind) => kinds.includes(kind)));
  });
});

/** All of them, or the one that needs least of the processor, where it is installed. */
const cheapest = findLavapipe() === null ? 'chrome' : 'dawn';
const places = TARGETS.filter(({ id }) => isWhole || id === cheapest);
/** All of them, or the first of each kind in each operation. */
const tried = faults.filter(
  ({ op, kind }, index) => isWhole || faults.findIndex((one) => one.op === op && one.kind === kind) === index,
);

describe.each(places)('on $title', ({ name, adapter }) => {
  const found = new Map<Fault, Finding>();
  let features: readonly string[] = [];

  beforeAll(async () => {
    const runner = new Runner(() => host(name, adapter));
    features = (await runner.device()).features;
    for (const finding of await findings(runner, runnable(features, tried), false)) found.set(finding.fault, finding);
    const results = [...found.values()].flatMap(({ broken, right }) => [broken, right]);
    const failed = results.flatMap(({ op, kernel, status, reason }) =>
      status === 'failed' ? [`${op} ${kernel}: ${reason}`] : [],
    );
    expect({ failed, restarts: runner.restarts }).toEqual({ failed: [], restarts: 0 });
  });

  test.each(tried)('$op: $id', (fault) => {
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
