/** What the Inside panel says of a trace. */
import type { TraceResult } from '../../../../lab/trace-result.ts';
import { defaultMachine, findMachine } from '../../../../model/machines.ts';
import { count, duration, figureText } from '../../../look/format.ts';
import type { Traced } from '../../../state/traces.ts';

/** How much was traced, and how long it took. */
export function noteOn({ tookMs, reply: { result } }: Traced): string {
  const { workgroups, of, events } = result.traced as NonNullable<TraceResult['traced']>;
  const alone = workgroups < of ? ' All counts are of those alone.' : '';
  return `${count(workgroups)} of ${count(of)} ${of === 1 ? 'workgroup' : 'workgroups'}, ${count(events)} events, ${tookMs === null ? 'as the file has them' : `traced in ${figureText(duration(tookMs * 1e6))}`}.${alone}`;
}

/** On a machine that the address asks for and that is not here; empty where it is, or none is asked for. */
export function unknownMachine(machine: string): string {
  if (machine === '' || findMachine(machine)) return '';
  return `machine=${machine} is not a machine here; counted for ${defaultMachine.title}.`;
}
