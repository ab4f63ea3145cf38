/**
 * How much work a dispatch of a step gets. A dispatch costs time of its own, on software adapters some 0.3 ms for waking
 * threads and waiting for them, so that twice the work takes less than twice the time until there is enough of it.
 */
import type { Timer } from '../gpu/timer.ts';
import { reading, type Sampler } from './measure.ts';

/** Enough work is where twice as much takes at least so many times as long: the cost of a dispatch is a twentieth then. */
const DOUBLED = 1.95;
/** A dispatch of twice the work lasts no longer than this because of it; drivers reset after some 2 s. */
const LONGEST_NS = 80e6;
/** Work that takes no longer however much there is was left out by a compiler. */
const MOST_TIMES = 2 ** 12;
/** Steps of the timer that the shorter time has at least: they leave its ratio uncertain by a fortieth. */
const STEPS = 40;
/** Of so many times the shortest counts: a machine that is busy elsewhere only adds to it. */
const TRIES = 3;

/**
 * The least power of two that is enough. `sampler` gives the sampler of a step with so many times the work, of which one
 * dispatch is timed. Where it would last too long, the most that does not.
 */
export async function enoughWork(timer: Timer, sampler: (amount: number) => Promise<Sampler>): Promise<number> {
  let once = await sampler(1);
  let shortestNs = Number.POSITIVE_INFINITY;
  // The first one may wait for a compiler.
  for (let nth = 0; nth < TRIES && 4 * shortestNs > LONGEST_NS; nth++)
    shortestNs = Math.min(shortestNs, await nsOf(timer, once));
  if (4 * shortestNs > LONGEST_NS) return 1;
  for (let amount = 1; ; amount *= 2) {
    const twice = await sampler(2 * amount);
    let [onceNs, twiceNs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let nth = 0; nth < TRIES; nth++) {
      onceNs = Math.min(onceNs, await nsOf(timer, once));
      twiceNs = Math.min(twiceNs, await nsOf(timer, twice));
    }
    const isResolved = onceNs >= STEPS * timer.quantumNs;
    if ((isResolved && twiceNs >= DOUBLED * onceNs) || 2 * twiceNs > LONGEST_NS || amount >= MOST_TIMES) return amount;
    once = twice;
  }
}

/** Of one dispatch; where the GPU's clock gives nothing, the time until it was through, which is no less. */
async function nsOf(timer: Timer, sampler: Sampler): Promise<number> {
  const sample = await sampler(1);
  const { ns, wallNs } = reading(timer.source, sample);
  return ns > 0 ? ns : wallNs;
}
