/** The functions that an instrumented text calls, and the log that they write to. */
import type { Load } from './event-log.ts';
import { HEAD } from './events.ts';

/** A prefix that no name of the text begins with. */
export function prefixFor(code: string): string {
  let prefix = 'ts';
  while (new RegExp(`\\b${prefix}[A-Z]`).test(code)) prefix += 'x';
  return prefix;
}

export interface PreludeOptions {
  readonly prefix: string;
  readonly binding: number;
  /** Types of values that are logged on their way. */
  readonly passing: readonly string[];
  readonly loads: readonly Load[];
  readonly usesMatrices: boolean;
  readonly usesValues: boolean;
}

/** One line. A lane writes only into its own part of the log, but counts whatever it would have written. */
export function prelude({ prefix, binding, passing, loads, usesMatrices, usesValues }: PreludeOptions): string {
  const text = `
    @group(0) @binding(${binding}) var<storage, read_write> tsLog: array<vec2u>;
    var<private> tsAt: u32;
    var<private> tsLast: u32;
    var<private> tsFirst: u32;
    var<private> tsMine: u32;
    fn tsStart(group: vec3u, grid: vec3u, lane: u32) {
      let slot = tsLog[${HEAD.length}u + group.x + grid.x * (group.y + grid.y * group.z)].x;
      if (slot != 0u) {
        let at = (slot - 1u) * tsLog[${HEAD.lanes}u].x + lane;
        tsFirst = tsLog[tsLog[${HEAD.starts}u].x + at].x;
        tsAt = tsFirst;
        tsLast = tsLog[tsLog[${HEAD.starts}u].x + at + 1u].x;
        tsMine = tsLog[${HEAD.counts}u].x + at;
      }
    }
    fn tsStop() { if (tsMine != 0u) { tsLog[tsMine] = vec2u(tsAt - tsFirst, 0u); } }
    fn tsI(id: u32, i: u32) -> u32 {
      if (tsAt < tsLast) { tsLog[tsAt] = vec2u(id, i); }
      tsAt += 1u;
      return i;
    }
    fn tsPut(id: u32) { _ = tsI(id, 0u); }
    fn tsU(id: u32, i: u32) -> u32 { _ = tsI(id, i); tsStop(); return i; }
    ${usesValues ? 'fn tsV(id: u32, v: f32) { _ = tsI(id, bitcast<u32>(v)); }' : ''}
    ${usesMatrices ? 'fn tsM(id: u32, i: u32) -> u32 { if (subgroupElect()) { _ = tsI(id, i); } return i; }' : ''}
  `;
  // What is quoted from the text keeps its names.
  const quoting = [
    ...passing.map((type, at) => {
      return `fn ${prefix}Pass${at}(id: u32, v: ${type}) -> ${type} { ${prefix}Put(id); return v; }`;
    }),
    ...loads.map(({ id, type, address }) => {
      return `fn ${prefix}Load${id}() -> ${type} { ${prefix}Put(${id}u); ${prefix}Stop(); return workgroupUniformLoad(${address}); }`;
    }),
  ];
  return [text.replace(/\bts([A-Z])/g, `${prefix}$1`), ...quoting].join(' ').replace(/\s+/g, ' ').trim();
}
