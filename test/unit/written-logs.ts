/** Logs written by hand, decoded, counted and sanitized: no device. */
import { dense } from '../../src/core/layout.ts';
import type { KernelPlan, PassPlan } from '../../src/gpu/plan.ts';
import { defaultMachine } from '../../src/model/machines.ts';
import { type Analysis, Analyst } from '../../src/trace/analyse.ts';
import { instrument } from '../../src/wgsl/instrument.ts';
import { parse } from '../../src/wgsl/parse.ts';

/** Of a workgroup, unless a test says otherwise. */
export const LANES = 4;
const HEAD = `@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> s: array<f32>;
var<workgroup> tile: array<f32, 8>; var<workgroup> wide: array<vec4f, 2>; var<workgroup> rows: array<array<f32, 4>, 2>; var<workgroup> flag: atomic<u32>; var<workgroup> total: f32; @group(0) @binding(3) var<storage, read_write> c: array<atomic<u32>>;
`;

/** What one lane logs: the events of the text by their kind and their place among those, and indices. */
export type Words = readonly (readonly [kind: string, nth: number, index?: number])[];

/** Lanes of workgroups that log these words, of a dispatch of so many. */
export interface Logged {
  readonly workgroups: readonly (readonly Words[])[];
  readonly of?: number;
  /** What each lane would have logged beyond that. */
  readonly lost?: number;
}

/** The findings and counters of a kernel whose lanes log these words; `body` is its entry point's, on line 5. */
export function analysed(body: string, workgroups: Logged['workgroups'], of = workgroups.length): Promise<Analysis> {
  return passes(body, [{ workgroups, of }]);
}

/** As many passes, all of the same entry point. */
export async function passes(body: string, all: readonly Logged[], lanes = LANES, values = false): Promise<Analysis> {
  const code = `${HEAD}@compute @workgroup_size(${lanes}) fn main(@builtin(local_invocation_index) i: u32) {${body}}\n`;
  const table = instrument(code, { values });
  const words = (all: Words): number[] =>
    all.flatMap((one) => {
      const [kind, nth, index = 0] = one;
      const ids = table.events.flatMap((event, id) => (event?.kind === kind ? [id] : []));
      return [ids[nth], index];
    });
  const planned = all.map(
    ({ workgroups, of = workgroups.length }): PassPlan => ({
      entry: 'main',
      workgroups: [of, 1, 1],
      workgroupSize: [lanes, 1, 1],
      workgroupBytes: 32,
      bindings: { 0: 'x', 1: 'y', 2: 's', 3: 'c' },
      overrides: {},
    }),
  );
  const tensor = (use: 'input' | 'output', name: string) =>
    ({ use, name, tensor: name, type: 'f32', layout: dense([8]) }) as const;
  const plan = {
    buffers: [
      tensor('input', 'x'),
      tensor('output', 'y'),
      { use: 'scratch', name: 's', bytes: 32 },
      { use: 'scratch', name: 'c', bytes: 32 },
    ],
    passes: planned,
  } as unknown as KernelPlan;
  const analyst = new Analyst(plan, table, parse(code).outline, defaultMachine, true);
  for (const [at, { workgroups, of = workgroups.length, lost = 0 }] of all.entries()) {
    const log = {
      workgroups: workgroups.map((_, number) => number),
      of,
      lanes(index: number) {
        const logged = workgroups[index].map(words);
        const starts = [0];
        for (const lane of logged) starts.push((starts.at(-1) as number) + lane.length / 2);
        return {
          log: Uint32Array.from(logged.flat()),
          starts: Uint32Array.from(starts),
          counts: Uint32Array.from(logged, (lane) => lane.length / 2 + lost),
        };
      },
    };
    await analyst.take(planned[at], log, async () => {});
  }
  return analyst.result();
}

export const four = (words: (lane: number) => Words): Words[] => [0, 1, 2, 3].map(words);
export const kinds = ({ findings }: Analysis): string[] => findings.map(({ kind }) => kind);
