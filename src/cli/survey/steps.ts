/** What a survey of a machine runs, the most valuable first, and what of an earlier step decides on a later one. */
import type { Result } from '../../lab/result.ts';
import { duration } from '../text.ts';

export interface Step {
  /** Names its files, after its number. */
  readonly id: string;
  /** A command line of Tilescope's; host and JSON file are added. */
  readonly args: readonly string[];
  /** The longest it may take; what has not landed by then is lost. */
  readonly seconds: number;
  /** The step on a smaller problem that chooses the kernels of this one, and how many times as much work this one is. */
  readonly after?: { readonly step: string; readonly growth: number };
}

/** Enough for a median that can be trusted; every sample lasts 10 ms at least. */
const TIMED = ['--quick', '--samples', '9'];

const bench = (id: string, words: string, seconds: number, after?: Step['after']): Step => ({
  id,
  args: ['bench', ...words.split(' '), ...TIMED],
  seconds,
  ...(after ? { after } : {}),
});

const verify = (id: string, dtype: string, shape: readonly string[], seconds: number): Step => ({
  id,
  args: ['bench', 'all', '--dtype', dtype, ...shape, '--quick', '--samples', '0'],
  seconds,
});

/** Each operation takes the sizes that it has. */
const ODD = [
  '--shape',
  'm=67,n=37,k=53,inputs=67,neurons=37,rows=37,columns=53,heads=4,kvHeads=2,queries=67,keys=53,dim=40,valueDim=24',
];

const square = (side: number, dtype: string, seconds: number, from?: number): Step =>
  bench(
    `matmul-${side}-${dtype}`,
    `matmul --dtype ${dtype} --shape m=${side},n=${side},k=${side}`,
    seconds,
    from === undefined ? undefined : { step: `matmul-${from}-${dtype}`, growth: (side / from) ** 3 },
  );

export const STEPS: readonly Step[] = [
  { id: 'device', args: ['device'], seconds: 30 },
  verify('verify-small-f32', 'f32', [], 60),
  verify('verify-small-f16', 'f16', [], 60),
  verify('verify-odd-f16', 'f16', ODD, 45),
  verify('verify-odd-f32', 'f32', ODD, 45),
  square(1024, 'f32', 45),
  square(1024, 'f16', 45),
  square(4096, 'f32', 45, 1024),
  square(4096, 'f16', 45, 1024),
  bench('prefill-1024-f32', 'attention --shape heads=8,queries=1024,dim=64', 45),
  bench('decode-f32', 'attention --shape heads=32,kvHeads=8,queries=1,keys=4096,dim=128', 45),
  bench('neuron-4096-f32', 'neuron --shape inputs=4096,neurons=4096', 30),
  bench('softmax-4096-f32', 'softmax --shape rows=4096,columns=4096', 30),
  bench('decode-f16', 'attention --dtype f16 --shape heads=32,kvHeads=8,queries=1,keys=4096,dim=128', 45),
  bench('prefill-1024-f16', 'attention --dtype f16 --shape heads=8,queries=1024,dim=64', 45),
  { id: 'tune-matmul-1024-f32', args: tune('matmul', 'm=1024,n=1024,k=1024'), seconds: 45 },
  bench('prefill-4096-f32', 'attention --shape heads=8,queries=4096,dim=64', 45, {
    step: 'prefill-1024-f32',
    growth: 16,
  }),
  bench('neuron-8192-f32', 'neuron --shape inputs=8192,neurons=8192', 45, { step: 'neuron-4096-f32', growth: 4 }),
  square(2048, 'f32', 30, 1024),
  square(2048, 'f16', 30, 1024),
  square(8192, 'f32', 90, 4096),
  square(8192, 'f16', 90, 4096),
];

function tune(op: string, shape: string): readonly string[] {
  return ['tune', op, '--shape', shape, '--limit', '20', '--save'];
}

/** A kernel that was this many times as slow as the fastest teaches nothing on a larger problem. */
const SLOWEST = 3;
const MOST_KERNELS = 5;
/** About as many dispatches as a verdict and its times take: gates, other inputs, samples, the proof at the end. */
const DISPATCHES = 40;
/** Drivers may reset a device that is busy for longer. */
const LONGEST_S = 1;

/**
 * The kernels worth running on a problem of `growth` times the work, fastest first, of `results` on the smaller one; or
 * why there are none.
 */
export function carriedOver(results: readonly Result[], growth: number, seconds: number): readonly string[] | string {
  const timed = results
    .flatMap(({ kernel, status, time }) =>
      status === 'correct' && time?.medianNs ? [{ kernel, ns: time.medianNs }] : [],
    )
    .sort((a, b) => a.ns - b.ns);
  const [fastest] = timed;
  if (!fastest) return 'no kernel was timed on the smaller problem';
  const longest = Math.min(LONGEST_S, seconds / DISPATCHES) * 1e9;
  const expected = fastest.ns * growth;
  if (expected > longest) {
    return `one dispatch would take about ${duration(expected)}, and there is time for ${duration(longest)} each`;
  }
  return timed
    .filter(({ ns }) => ns <= SLOWEST * fastest.ns && ns * growth <= longest)
    .slice(0, MOST_KERNELS)
    .map(({ kernel }) => kernel);
}
