/** What views of results offer to take away. */

import type { Offer } from '../parts/ts-share.ts';
import type { DeviceState } from '../state/device.ts';
import type { Origin } from '../state/files/read.ts';
import type { Whose } from '../state/files/write.ts';
import type { Entry } from '../state/ledger.ts';
import { linkTo } from '../state/links.ts';

export function whoseOf(device: DeviceState, origin: Origin | null): Whose {
  return { report: device.kind === 'open' ? device.report : null, origin };
}

interface Shared {
  /** Of its files: letters, digits and hyphens. */
  readonly name: string;
  readonly title: string;
  readonly whose: Whose;
  /** Those that there are. */
  readonly entries: readonly Entry[];
  readonly chart: () => Element | null;
  readonly search: string;
  readonly code?: string | undefined;
  readonly figure: string | null;
}

/** The module that writes documents is loaded when something is saved. */
export function offerOf({ name, title, whose, entries, chart, search, code, figure }: Shared): Offer {
  const isEmpty = entries.length === 0;
  return {
    name,
    title,
    json: isEmpty ? null : async () => (await import('../state/files/write.ts')).benchDocument(whose, entries),
    table: isEmpty ? null : async () => (await import('../state/files/write.ts')).resultTable(entries),
    chart: isEmpty ? null : chart,
    link: () => linkTo(search, code),
    figure,
  };
}
