/**
 * What the reader looks at in the Kernel view: the settings of the kernel, and what a trace of it takes in.
 *
 *   ?op=matmul&kernel=3_tiles&workgroups=0,7&machine=a100
 *
 * Which machines there are is known only once the code of traces is loaded: the name stands here as it was written.
 */
import type { Choice } from '../../../lab/trace-log.ts';
import { Reader } from '../../state/reader.ts';
import { type Parsed, readSettings, type Settings, search, settingsPairs } from '../../state/settings.ts';

/** What is traced, and for which machine it is counted; "" for the default one. */
export interface Inside {
  readonly workgroups: Choice;
  readonly machine: string;
}

export interface KernelSettings extends Settings {
  readonly inside: Inside;
}

/** The most workgroups that can be named one by one. */
export const MOST_NAMED = 64;
const KEYS = { workgroups: 'workgroups', machine: 'machine' } as const;

/** "0, 7" as numbers in order, each once; null where it is something else. */
export function namedWorkgroups(text: string): readonly number[] | null {
  const parts = text.split(',').map((part) => part.trim());
  if (!parts.every((part) => /^\d{1,9}$/.test(part))) return null;
  return [...new Set(parts.map(Number))].sort((a, b) => a - b);
}

export function kernelFromSearch(address: string): Parsed<KernelSettings> {
  const reader = new Reader(address);
  const settings = readSettings(reader);
  const inside = { workgroups: readWorkgroups(reader), machine: reader.id(KEYS.machine) };
  reader.rest('a setting of this kernel');
  return { settings: { ...settings, inside }, notices: reader.notices };
}

function readWorkgroups(reader: Reader): Choice {
  const written = reader.text(KEYS.workgroups);
  if (written === null) return 'all';
  const named = reader.parsed(KEYS.workgroups, (text) => {
    const lower = text.toLowerCase();
    if (lower === 'all' || lower === 'sample') return lower;
    const numbers = namedWorkgroups(text);
    return numbers !== null && numbers.length <= MOST_NAMED ? numbers : undefined;
  });
  if (named === null)
    reader.complain(
      `${KEYS.workgroups}=${written} is not all, sample, or at most ${MOST_NAMED} numbers such as 0,7; all are traced.`,
    );
  return named ?? 'all';
}

export function kernelSearch({ inside: { workgroups, machine }, ...settings }: KernelSettings): string {
  return search([
    ...settingsPairs(settings),
    ...(workgroups === 'all' ? [] : [[KEYS.workgroups, String(workgroups)] as const]),
    ...(machine === '' ? [] : [[KEYS.machine, machine] as const]),
  ]);
}
