/** Requests as they are chosen and drawn: one place in the code, one group of lanes, one execution. */
import { withCommas } from '../../../core/words.ts';
import { footprint } from '../../../model/access.ts';
import { bankPasses } from '../../../model/banks.ts';
import type { Machine } from '../../../model/machines.ts';
import type { StepMemory, StepSite, Steps } from '../../../trace/steps.ts';
import { figureText, percent } from '../../look/format.ts';

/** One request of a group of lanes. */
export interface Request {
  readonly site: StepSite & { readonly access: Exclude<StepSite['access'], 'barrier'> };
  readonly memory: StepMemory;
  readonly group: number;
  /** Lanes of the group that take part, ascending, and the byte that each accesses first. */
  readonly lanes: readonly number[];
  readonly addresses: readonly number[];
}

/** The access sites of a workgroup's steps in the order of the text: indices into `sites`. */
export function accessSites({ sites, memories }: Steps): readonly number[] {
  return sites
    .flatMap(({ memory }, at) => (memory === null || memories[memory].space === 'function' ? [] : [at]))
    .sort((a, b) => sites[a].line - sites[b].line || sites[a].column - sites[b].column);
}

/** The steps at which a group of lanes executed a site, in their order. */
export function visits({ site, groups }: Steps, wanted: number, group: number): readonly number[] {
  const found: number[] = [];
  for (let step = 0; step < site.length; step++) if (site[step] === wanted && groups[step] === group) found.push(step);
  return found;
}

/** The groups of lanes that executed a site, ascending. */
export function groupsAt({ site, groups }: Steps, wanted: number): readonly number[] {
  const found = new Set<number>();
  for (let step = 0; step < site.length; step++) if (site[step] === wanted) found.add(groups[step]);
  return [...found].sort((a, b) => a - b);
}

/** Null where the step is a barrier. */
export function requestAt(steps: Steps, step: number): Request | null {
  const { access, ...site } = steps.sites[steps.site[step]];
  if (access === 'barrier' || site.memory === null) return null;
  const from = step === 0 ? 0 : steps.ends[step - 1];
  const to = steps.ends[step];
  return {
    site: { ...site, access },
    memory: steps.memories[site.memory],
    group: steps.groups[step],
    lanes: Array.from(steps.lane.slice(from, to)),
    addresses: Array.from(steps.address.slice(from, to)),
  };
}

/** The site whose first request is farthest from the best there can be: what a reader wants to see first. */
export function worstSite(steps: Steps, machine: Machine): number {
  const first = new Map<number, number>();
  for (const [step, site] of steps.site.entries()) if (!first.has(site)) first.set(site, step);
  let worst = accessSites(steps)[0] ?? 0;
  let most = 0;
  for (const site of accessSites(steps)) {
    const excess = excessOf(requestAt(steps, first.get(site) as number) as Request, machine);
    if (excess > most) [worst, most] = [site, excess];
  }
  return worst;
}

/** Sectors, or passes over banks, beyond the fewest. */
function excessOf({ site: { bytes }, memory, lanes, addresses }: Request, machine: Machine): number {
  if (memory.space === 'workgroup') {
    const { passes, ideal } = bankPasses(addresses, lanes, bytes, machine);
    return passes - ideal;
  }
  const { sectors, idealSectors } = footprint(
    [...addresses].sort((a, b) => a - b),
    bytes,
    machine,
  );
  return sectors - idealSectors;
}

const VERBS = { read: 'read', write: 'write', atomic: 'change', assign: 'set' } as const;

/** "read", or of one lane "reads". */
export function verb(access: keyof typeof VERBS, isOne: boolean): string {
  return isOne ? `${VERBS[access]}s` : VERBS[access];
}

/** "0 to 31": the lanes of a group, as the workgroup numbers them. */
export function lanesOf({ lanes, group }: Pick<Steps, 'lanes' | 'group'>, at: number): string {
  const [first, last] = [at * group, Math.min(lanes, (at + 1) * group) - 1];
  return first === last ? String(first) : `${first} to ${last}`;
}

/** "step 3 of 120"; "of the first 120" if the workgroup did more than is kept. */
export function placeOf(thing: string, at: number, of: number, { isWhole }: Pick<Steps, 'isWhole'>): string {
  return `${thing} ${withCommas(at + 1)} of ${isWhole ? '' : 'the first '}${withCommas(of)}`;
}

/** "32 lanes read 4 B each of w: 32 sectors in 32 lines, where 4 would do. They hold 1,024 B, and 12.5% of that is asked for." */
export function requestSentence(request: Request, machine: Machine): string {
  const { site, memory, lanes, addresses } = request;
  const { access, bytes } = site;
  const who = `${lanes.length} ${lanes.length === 1 ? 'lane' : 'lanes'}`;
  const start = `${who} ${verb(access, lanes.length === 1)} ${bytes} B each of ${memory.name}`;
  const sorted = [...addresses].sort((a, b) => a - b);
  const { elements, sectors, idealSectors, lines } = footprint(sorted, bytes, machine);
  const shared =
    elements === 1 && lanes.length > 1
      ? ', all of them the same: a broadcast'
      : elements < lanes.length
        ? `, ${withCommas(elements)} of them different`
        : '';
  if (memory.space === 'workgroup') {
    const { passes, ideal } = bankPasses(addresses, lanes, bytes, machine);
    const conflict = passes === ideal ? 'no conflicts' : `${ideal} without conflicts`;
    return `${start}${shared}: ${passes} ${passes === 1 ? 'pass' : 'passes'} over ${machine.banks} banks, ${conflict}.`;
  }
  const fewest = sectors === idealSectors ? 'the fewest possible' : `${idealSectors} would do`;
  const held = sectors * machine.sectorBytes;
  const used = figureText(percent((elements * bytes) / held));
  return `${start}${shared}: ${sectors} ${sectors === 1 ? 'sector' : 'sectors'} in ${lines} ${lines === 1 ? 'line' : 'lines'}, ${fewest}. ${sectors === 1 ? 'It holds' : 'They hold'} ${withCommas(held)} B, of which ${used} is asked for.`;
}
