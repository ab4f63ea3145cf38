/** What the Device view offers to take away: the fingerprint of the first device shown, and a table of all that are. */
import type { ProbeResult } from '../../../lab/probe-result.ts';
import type { Offer } from '../../parts/ts-share.ts';
import type { Cell, Table } from '../../state/files/table.ts';
import type { Whose } from '../../state/files/write.ts';
import { linkTo } from '../../state/links.ts';
import type { Section } from './card.ts';

interface Shared {
  readonly whose: Whose;
  readonly results: readonly ProbeResult[];
  /** Milliseconds that they had together; null where that was not limited, or is not known. */
  readonly timeLimitMs: number | null;
  /** Names of the devices. */
  readonly names: readonly string[];
  /** Of every probe of a fingerprint. */
  readonly sections: readonly Section[];
  readonly search: string;
}

export function offerOf({ whose, results, timeLimitMs, names, sections, search }: Shared): Offer {
  const hasLines = sections.some(({ lines }) => lines.length > 0);
  const isWhole = sections.length > 0 && sections.every(({ sides: [first] }) => first !== undefined);
  const rest = whose.origin ? ', and this file has only some' : ': measure the rest first';
  return {
    name: 'fingerprint',
    title: 'Fingerprint of a device',
    json: isWhole
      ? async () =>
          (await import('../../state/files/write.ts')).memoryDocument(whose, results, 'fingerprint', timeLimitMs)
      : null,
    table: hasLines ? async () => findingTable(names, sections) : null,
    link: () => linkTo(search),
    figure: null,
    lack: hasLines ? `A fingerprint has every probe${rest}` : 'There is nothing to save yet',
  };
}

/** A line for each finding of each device. */
function findingTable(names: readonly string[], sections: readonly Section[]): Table {
  const rowsOf = (name: string, side: number): readonly (readonly Cell[])[] =>
    sections.flatMap(({ probe, lines }) =>
      lines.flatMap(({ title, sides }) => {
        const found = sides[side];
        if (!found) return [];
        const { value, unit, interval, says, withheld } = found;
        return [[name, probe.id, title, value, unit, interval?.[0] ?? null, interval?.[1] ?? null, says, withheld]];
      }),
    );
  return {
    columns: ['device', 'probe', 'finding', 'value', 'unit', 'interval_low', 'interval_high', 'says', 'withheld'],
    rows: names.flatMap(rowsOf),
  };
}
