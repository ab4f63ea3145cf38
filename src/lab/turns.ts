/**
 * Variants that are compared take turns with each other's memory. Where a buffer lies makes a difference by itself, of 4% to
 * 5% on a software adapter, and it is the same in each round of a run: it would pass for a difference of the kernels. If
 * each of them runs as often in one place as in the other, it is noise between rounds, which the interval shows.
 */
import type { Execution } from '../gpu/execution.ts';

export interface Turning {
  readonly variant: {
    readonly execution: Pick<Execution, 'form' | 'exchange' | 'clutter'>;
    /** The same text for variants whose tensors hold the same values; those without one keep their memory. */
    readonly tensors?: string;
    readonly failure: unknown;
  };
  /** Rounds that it takes part in. */
  readonly samples: number;
}

export class Turns {
  private readonly groups: readonly (readonly Turning[])[];

  constructor(plans: readonly Turning[]) {
    const groups = new Map<string, Turning[]>();
    for (const plan of plans) {
      const { tensors, execution } = plan.variant;
      if (tensors === undefined) continue;
      const key = JSON.stringify([plan.samples, tensors, execution.form]);
      groups.set(key, [...(groups.get(key) ?? []), plan]);
    }
    this.groups = [...groups.values()].filter(({ length }) => length > 1);
  }

  /**
   * To be called before each round, from 0 on. In the last one each variant is back in its own memory, where its output then
   * has the bits that were compared before, unless a variant failed meanwhile, which ends the turns of its group. What
   * others have left there is overwritten: it is right already, so a kernel that skips its later runs would pass.
   */
  before(round: number): void {
    for (const group of this.groups) {
      const [{ samples }, { length }] = [group[0], group];
      if (round >= samples || group.some(({ variant }) => variant.failure !== null)) continue;
      const turns = round > 0 ? 1 : (length - ((samples - 1) % length)) % length;
      for (let turn = 0; turn < turns; turn++) turned(group);
      if (round === samples - 1) for (const { variant } of group) variant.execution.clutter();
    }
  }
}

/** Each goes on in the memory of the next one. */
function turned(group: readonly Turning[]): void {
  for (const [at, { variant }] of group.slice(1).entries())
    group[at].variant.execution.exchange(variant.execution as Execution);
}
