/** The functions that an instrumented text calls, and the log that they write to. */
import { HEAD } from './events.ts';

/** A beginning of names that the text has none of. */
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
  readonly usesMatrices: boolean;
}

/** One line. A lane writes only into its own part of the log, but counts whatever it would have written. */
export function prelude({ prefix, binding, passing, usesMatrices }: PreludeOptions): string {
  const text = `
    @group(0) @binding(${binding}) var<storage, read_write> tsLog: array<u32>;
    var<private> tsAt: u32;
    var<private> tsLast: u32;
    var<private> tsCount: u32;
    var<private> tsMine: u32;
    fn tsStart(group: vec3u, grid: vec3u, lane: u32) {
      let slot = tsLog[${HEAD.length}u + group.x + grid.x * (group.y + grid.y * group.z)];
      if (slot != 0u) {
        let at = (slot - 1u) * tsLog[${HEAD.lanes}u] + lane;
        tsAt = tsLog[tsLog[${HEAD.starts}u] + at];
        tsLast = tsLog[tsLog[${HEAD.starts}u] + at + 1u];
        tsMine = tsLog[${HEAD.counts}u] + at;
      }
    }
    fn tsStop() { if (tsMine != 0u) { tsLog[tsMine] = tsCount; } }
    fn tsPut(w: u32) {
      if (tsAt < tsLast) { tsLog[tsAt] = w; tsAt += 1u; }
      tsCount += 1u;
    }
    fn tsI(id: u32, i: u32) -> u32 {
      if (tsAt + 1u < tsLast) { tsLog[tsAt] = id; tsLog[tsAt + 1u] = i; tsAt += 2u; } else { tsAt = tsLast; }
      tsCount += 2u;
      return i;
    }
    ${usesMatrices ? 'fn tsM(id: u32, i: u32) -> u32 { if (subgroupElect()) { tsPut(id); tsPut(i); } return i; }' : ''}
    ${passing.map((type, at) => `fn tsPass${at}(id: u32, v: ${type}) -> ${type} { tsPut(id); return v; }`).join(' ')}
  `;
  return text
    .replace(/\bts([A-Z])/g, `${prefix}$1`)
    .replace(/\s+/g, ' ')
    .trim();
}
