/** A result beside the one that is pinned: what is concluded of the two, and what is said where nothing can be. */
import { describe, expect, it } from 'vitest';
import type { Time } from '../../src/lab/result.ts';
import { beside, type Standing } from '../../src/ui/state/baseline.ts';
import { itemOf } from '../../src/ui/state/ledger.ts';
import { fromResult } from '../../src/ui/state/outcome.ts';
import { toRequest } from '../../src/ui/state/settings.ts';
import { fromSearch } from '../setup/settings.ts';
import { correctResult } from './fake-host.ts';

const SEARCH = '?op=neuron&kernel=2_row_major';

interface Change extends Partial<Time> {
  readonly search?: string;
  readonly device?: string;
}

/** A result with these times, in ns. */
function standing(samplesNs: readonly number[], change: Change = {}): Standing {
  const { search = SEARCH, device = 'a card', ...time } = change;
  const { settings } = fromSearch(search);
  const made = correctResult(toRequest(settings));
  const [medianNs] = samplesNs;
  const result = { ...made, time: { ...(made.time as Time), source: 'gpu', medianNs, samplesNs, ...time } as Time };
  const rest = { budget: 'quick', among: 1, liveBytes: null, tookMs: null } as const;
  return {
    entry: { ...itemOf(settings), ...rest, outcome: fromResult(result, false), result },
    result,
    device,
    where: device,
    code: '',
  };
}

const around = (ns: number): readonly number[] => Array.from({ length: 25 }, (_, i) => ns + (i % 5));

describe('a result beside the baseline', () => {
  it('is faster or slower where the interval of the ratio leaves out 1', () => {
    const [slow, fast] = [standing(around(2_000)), standing(around(1_000))];
    expect(beside(fast, slow)).toMatchObject({ outcome: 'faster', ratio: expect.closeTo(0.5, 2) });
    expect(beside(slow, fast)).toMatchObject({ outcome: 'slower', ratio: expect.closeTo(2, 2) });
    expect(beside(slow, slow).outcome).toBe('inconclusive');
    expect(beside(fast, slow).caveat).toMatch(/^They were timed one after the other/);
  });

  it('of another adapter says so', () => {
    const other = standing(around(2_000), { device: 'another' });
    expect(beside(standing(around(1_000)), other).caveat).toMatch(/Two adapters ran them/);
  });

  it.each([
    ['of too few samples', standing([2_000, 2_001]), /Under 15 samples/],
    ['of another problem', standing(around(2_000), { search: `${SEARCH}&inputs=64` }), /different problems/],
    ['by another clock', standing(around(2_000), { source: 'wall' }), /do not compare/],
    ['without a time', standing(around(2_000), { medianNs: null }), /no time to compare/],
  ])('%s is not compared, with the reason', (_, other, why) => {
    const found = beside(standing(around(1_000)), other);
    expect(found.outcome).toBe('inconclusive');
    expect(found.interval).toBeNull();
    expect(found.caveat).toMatch(why);
  });
});
