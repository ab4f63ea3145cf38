/** Where wgsl_reflect can run a kernel, it and the sanitizer call the same lines a race. */
import { describe, expect, test } from 'vitest';
import { host } from '../setup/hosts.ts';
import { isWhole } from '../setup/whole.ts';
import { barrierFaults, raceLines, tracedFault } from './barriers.ts';
import { brokenRequest, rightRequest } from './fault.ts';
import { detector, pairOf, racesByReflection } from './race-detector.ts';

/** It overlooks a barrier that begins the body of a loop, the first time: shown below on a kernel of ten lines. */
const LOOPS = ['6_workgroup_tree', '3_workgroup_rows', '2_workgroup_tree'];
/** The others have tens of thousands of pairs of lanes, ten seconds each, or exceptions. */
const QUICK = ['5_register_tile', '12_matrix_vector'];

const tried = barrierFaults.filter(({ kernel }) => isWhole || QUICK.includes(kernel));

describe('races by a second opinion', () => {
  test('are the same in every kernel that it can run', async () => {
    const compared: string[] = [];
    for (const fault of tried) {
      const broken = await racesByReflection(brokenRequest(fault));
      if (!broken) continue;
      expect(broken, fault.id).not.toEqual([]);
      if (!LOOPS.includes(fault.kernel)) expect(await racesByReflection(rightRequest(fault)), fault.id).toEqual([]);
      const asked = { ...tracedFault(fault), machine: 'generic', limitMs: 60_000 };
      const { result } = await (await host('chrome')).call('trace', asked);
      const ours = raceLines(result).map(([first, second]) => pairOf(first, second));
      expect([...new Set(ours)].sort(), fault.id).toEqual(expect.arrayContaining([...broken]));
      compared.push(fault.kernel);
    }
    expect(new Set(compared)).toContain('5_register_tile');
    expect(new Set(compared)).toContain('12_matrix_vector');
  });

  test('overlooks a barrier that begins the body of a loop', async () => {
    const { detectRaces } = await detector();
    const races = (loop: string): number =>
      detectRaces(
        `@group(0) @binding(0) var<storage, read_write> y: array<f32>;
var<workgroup> part: array<f32, 8>;
@compute @workgroup_size(8) fn add(@builtin(local_invocation_index) lane: u32) {
  part[lane] = f32(lane);
  ${loop}
  if (lane == 0u) { y[0] = part[0]; }
}`,
        'add',
        [1, 1, 1],
        { 0: { 0: new ArrayBuffer(64) } },
      ).races.length;
    const step = 'if (lane < half) { part[lane] += part[lane + half]; }';
    const rounds = 'for (var half = 4u; half > 0u; half /= 2u)';
    expect(races(`workgroupBarrier(); ${rounds} { ${step} workgroupBarrier(); }`)).toBe(0);
    // The same order of accesses and barriers. Once this fails, the exceptions above can go.
    expect(races(`${rounds} { workgroupBarrier(); ${step} }`)).toBeGreaterThan(0);
  });
});
