/** Planted faults that remove or move a barrier: what the sanitizer must find whatever the adapter made of them. */
import type { Request } from '../../src/lab/protocol.ts';
import type { TraceResult } from '../../src/lab/trace-result.ts';
import { brokenRequest, type Fault } from './fault.ts';
import { faults } from './faults.ts';

const BARRIER = /\b(?:workgroupBarrier|storageBarrier|workgroupUniformLoad)\b/g;

function barriers(text: string): number {
  return text.match(BARRIER)?.length ?? 0;
}

/** By the edit, not by the kind: also those whose fault is called something else. */
export const barrierFaults: readonly Fault[] = faults.filter(({ edits }) =>
  edits.some(([find, replace]) => barriers(find) !== barriers(replace) || (barriers(find) > 0 && find !== replace)),
);

/** The fault's own problem, traced in three workgroups: a race within one needs no more. */
export function tracedFault(fault: Fault): { request: Request; workgroups: 'sample' } {
  return { request: brokenRequest(fault), workgroups: 'sample' };
}

/** "races on lines 54 and 58", as the table of faults has it. */
export function raceLines({ findings }: TraceResult): readonly (readonly [first: number, second: number])[] {
  return findings.flatMap(({ kind, first, second }) =>
    kind === 'race' && second ? [[first.line, second.line] as const] : [],
  );
}
