/** What can be saved of a trace, or of the recording that stands in its place. */
import type { TraceReply } from '../../../../lab/trace-result.ts';
import type { Offer } from '../../../parts/ts-share.ts';
import type { Whose } from '../../../state/files/write.ts';
import type { Item } from '../../../state/ledger.ts';
import type { Recorded } from '../../../state/recordings.ts';
import type { Traced } from '../../../state/traces.ts';
import { siteTable } from '../../tables.ts';

/** What a trace is shown as, by the kind of its figure. */
const SHOWN = { trace: 'what lanes touch together', steps: 'a workgroup step by step' } as const;

/** `own` is whose device traces; a recording has an origin of its own. */
export function offerOf(kind: keyof typeof SHOWN, item: Item, shown: Traced | Recorded | null, own: Whose): Offer {
  const { op, kernel } = item.settings;
  const reply = replyOf(shown);
  const whose = shown && 'reply' in shown ? own : { report: null, origin: shown?.origin ?? null };
  return {
    name: `${kind}-${op}-${kernel}`,
    title: `${op} ${kernel}: ${SHOWN[kind]}`,
    json: reply && (async () => (await import('../../../state/files/write.ts')).traceDocument(whose, item, reply)),
    link: null,
    figure: kind,
  };
}

/** The same with the counters as a table and the lanes as a picture. */
export function lanesOffer(
  item: Item,
  shown: Traced | Recorded | null,
  own: Whose,
  chart: () => Element | null,
): Offer {
  const reply = replyOf(shown);
  return {
    ...offerOf('trace', item, shown, own),
    table: reply && (async () => siteTable(reply.result)),
    chart: reply && chart,
  };
}

function replyOf(shown: Traced | Recorded | null): TraceReply | null {
  return shown && ('reply' in shown ? shown.reply : { ...shown, restart: false, liveBytes: 0 });
}
