/** What can be taken away of a kernel of the reader's own: what its run or its trace gave, with its text, and a link to it. */

import { OWN } from '../../../kernels/own/index.ts';
import type { Knobs } from '../../../kernels/types.ts';
import type { Result } from '../../../lab/result.ts';
import type { TraceReply } from '../../../lab/trace-result.ts';
import type { Problem } from '../../../ops/types.ts';
import type { Offer } from '../../parts/ts-share.ts';
import type { Whose } from '../../state/files/write.ts';
import { type Entry, type Item, itemOf } from '../../state/ledger.ts';
import { linkTo } from '../../state/links.ts';
import { fromResult } from '../../state/outcome.ts';
import { siteTable } from '../tables.ts';

/** The kernel that is shown. */
export interface Shown {
  readonly problem: Problem;
  readonly text: string;
  readonly whose: Whose;
  /** The address of the view. */
  readonly search: string;
}

const writer = () => import('../../state/files/write.ts');

/** `results`: the kernel's own first, then those of the ladder. */
export function resultsOffer(shown: Shown, results: readonly Result[]): Offer {
  const entries = results.map((result): Entry => {
    const rest = { budget: 'quick', among: results.length, liveBytes: null, tookMs: null } as const;
    return { ...itemFor(shown, result), ...rest, outcome: fromResult(result, false), result };
  });
  const isEmpty = entries.length === 0;
  return {
    name: `own-${shown.problem.op}`,
    title: 'Your kernel',
    json: isEmpty ? null : async () => (await writer()).benchDocument(shown.whose, entries),
    table: isEmpty ? null : async () => (await writer()).resultTable(entries),
    link: () => linkTo(shown.search, shown.text),
    figure: null,
  };
}

export function traceOffer(shown: Shown, reply: TraceReply, chart: () => Element | null): Offer {
  const { result } = reply;
  return {
    name: `trace-own-${shown.problem.op}`,
    title: 'Your kernel: what lanes touch together',
    json: async () => (await writer()).traceDocument(shown.whose, itemFor(shown, result), reply),
    table: async () => siteTable(result),
    chart,
    link: null,
    figure: reply.steps.length > 0 ? 'trace' : null,
  };
}

function itemFor(
  { problem, text }: Shown,
  { kernel, knobs }: { readonly kernel: string; readonly knobs: Knobs },
): Item {
  return itemOf({ ...problem, kernel, knobs }, kernel === OWN ? text : undefined);
}
