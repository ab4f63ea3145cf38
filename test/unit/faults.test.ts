/** Planted faults and cheats without a GPU: the edits of each still fit the kernel that they are made in. */
import { describe, expect, test } from 'vitest';
import { kernels } from '../../src/kernels/index.ts';
import { cheatRequest, cheats } from '../broken/cheats.ts';
import { brokenRequest } from '../broken/fault.ts';
import { faults } from '../broken/faults.ts';
import { type FaultRecord, type MutantRecord, withFaults, withMutants } from '../broken/records.ts';

test('edits are there exactly once', () => {
  // Planting throws where a text is not.
  for (const fault of faults) expect(brokenRequest(fault).source, fault.id).toBeTruthy();
  for (const cheat of cheats) expect(cheatRequest(cheat).source, cheat.id).toBeTruthy();
});

describe('rows of some kernels', () => {
  const [first, second, third] = faults;
  const record = (...rows: (readonly [(typeof faults)[number] | null, number])[]): FaultRecord => ({
    version: '0',
    hosts: ['a host'],
    rows: rows.map(([fault, right]) => {
      const { op, id, kind, planted, kernel, shape } = fault ?? { ...first, id: 'planted no more' };
      return { op, id, kind, planted, request: { op, kernel, shape }, hosts: {}, right, reason: '' };
    }),
  });

  test('take the place of the stored ones on the same faults, in the order of the faults', () => {
    const stored = record([third, 1], [first, 1], [null, 1]);
    const { rows } = withFaults(stored, record([second, 2], [first, 2]), faults);
    const expected = [
      [first.id, 2],
      [second.id, 2],
      [third.id, 1],
    ];
    expect(rows.map(({ id, right }) => [id, right])).toEqual(expected);
  });

  test('of mutants too, where both were made on one host and of as many edits', () => {
    const of = (most: number, host: string, ...rows: (readonly [number, number])[]): MutantRecord => ({
      version: '0',
      host,
      most,
      rows: rows.map(([nth, killed]) => {
        const { op, id } = kernels[nth];
        return { kernel: `${op}/${id}`, fates: { killed, invalid: 0, hung: 0, survived: 0 }, survivors: [] };
      }),
    });
    const stored = of(40, 'a', [3, 1], [1, 1]);
    const both = withMutants(stored, of(40, 'a', [2, 2], [1, 2]), kernels);
    expect(both?.rows.map(({ fates }) => fates.killed)).toEqual([2, 2, 1]);
    expect(withMutants(stored, of(40, 'b', [2, 2]), kernels)).toBeNull();
    expect(withMutants(stored, of(20, 'a', [2, 2]), kernels)).toBeNull();
  });
});
