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
  /** The step on a smaller problem, whose times say which kernels there is time for here. */
  readonly after?: Smaller;
}

interface Smaller {
  readonly step: string;
  /** How many times as much work the larger problem is. */
  readonly growth: number;
  /** Whether only the best of the smaller problem are of interest; on a tiny one launches hide which those are. */
  readonly narrow: boolean;
}

/** Nobody sits before the screen, and what the rules choose is to be seen. */
const ALONE = ['--allow-long', '--no-race'];
/** Enough for a median that can be trusted; every sample lasts 10 ms at least. */
const TIMED = ['--quick', '--samples', '9', ...ALONE];

const bench = (id: string, words: string, seconds: number, after: Smaller): Step => ({
  id,
  args: ['bench', ...words.split(' '), ...TIMED],
  seconds,
  after,
});

/** Every kernel of every operation. */
const all = (id: string, dtype: string, seconds: number, ...more: string[]): Step => ({
  id,
  args: ['bench', 'all', '--dtype', dtype, '--quick', ...ALONE, ...more],
  seconds,
});

const small = (dtype: string, growth: number): Smaller => ({ step: `small-${dtype}`, growth, narrow: false });
const best = (step: string, growth: number): Smaller => ({ step, growth, narrow: true });

/** Each operation takes the sizes that it has. */
const ODD =
  'm=67,n=37,k=53,inputs=67,neurons=37,rows=37,columns=53,heads=4,kvHeads=2,queries=67,keys=53,dim=40,valueDim=24';

const cube = (side: number, dtype: string, seconds: number, after: Smaller): Step =>
  bench(`matmul-${side}-${dtype}`, `matmul --dtype ${dtype} --shape m=${side},n=${side},k=${side}`, seconds, after);
const prefill = (queries: number, dtype: string, after: Smaller): Step =>
  bench(
    `prefill-${queries}-${dtype}`,
    `attention --dtype ${dtype} --shape heads=8,queries=${queries},dim=64`,
    45,
    after,
  );
const decode = (dtype: string): Step =>
  bench(
    `decode-${dtype}`,
    `attention --dtype ${dtype} --shape heads=32,kvHeads=8,queries=1,keys=4096,dim=128`,
    45,
    small(dtype, 8),
  );

const vector = (id: string, shape: string): Step => ({
  id,
  args: ['bench', 'matmul', '--shape', shape, '--kernel', '12_matrix_vector', ...TIMED],
  seconds: 20,
});

export const STEPS: readonly Step[] = [
  { id: 'device', args: ['device'], seconds: 30 },
  all('small-f32', 'f32', 60, '--samples', '3'),
  all('small-f16', 'f16', 60, '--samples', '3'),
  all('odd-f16', 'f16', 45, '--samples', '0', '--shape', ODD),
  all('odd-f32', 'f32', 45, '--samples', '0', '--shape', ODD),
  cube(1024, 'f32', 45, small('f32', 64)),
  cube(1024, 'f16', 45, small('f16', 64)),
  cube(2048, 'f32', 30, best('matmul-1024-f32', 8)),
  cube(2048, 'f16', 30, best('matmul-1024-f16', 8)),
  bench('neuron-4096-f32', 'neuron --shape inputs=4096,neurons=4096', 30, best('small-f32', 64)),
  decode('f32'),
  prefill(1024, 'f32', best('small-f32', 256)),
  decode('f16'),
  prefill(1024, 'f16', best('small-f16', 256)),
  // 268 MB of keys and values: no cache holds them, so that memory's own rate is seen.
  bench(
    'decode-batch-8-f32',
    'attention --dtype f32 --shape batch=8,heads=32,kvHeads=8,queries=1,keys=4096,dim=128',
    45,
    best('decode-f32', 8),
  ),
  vector('row-times-matrix-4096-f32', 'm=1,n=4096,k=4096'),
  vector('matrix-times-column-4096-f32', 'm=4096,n=1,k=4096'),
  bench('softmax-1024-f32', 'softmax --shape rows=1024,columns=4096', 30, best('small-f32', 64)),
  cube(4096, 'f32', 45, best('matmul-2048-f32', 8)),
  cube(4096, 'f16', 45, best('matmul-2048-f16', 8)),
  {
    id: 'tune-matmul-1024-f32',
    args: ['tune', 'matmul', '--shape', 'm=1024,n=1024,k=1024', '--limit', '20', '--save'],
    seconds: 45,
  },
  prefill(4096, 'f32', best('prefill-1024-f32', 16)),
  bench('neuron-8192-f32', 'neuron --shape inputs=8192,neurons=8192', 45, best('neuron-4096-f32', 4)),
  cube(8192, 'f32', 90, best('matmul-4096-f32', 8)),
  cube(8192, 'f16', 90, best('matmul-4096-f16', 8)),
];

/** A kernel that was this many times as slow as the fastest teaches nothing on a larger problem. */
const SLOWEST = 3;
/** A processor may take ten seconds to verify each. */
const MOST_KERNELS = 3;
/** About as many dispatches as a verdict and its times take: gates, other inputs, samples, the proof at the end. */
const DISPATCHES = 40;
/** Of a step's time; compilers and references take the rest. */
const SHARE = 0.6;
/** Drivers may reset a device that is busy for longer. */
const LONGEST_NS = 1e9;

/**
 * The kernels that a larger problem has time for in `seconds`, fastest first, by their `results` on the smaller one; or
 * why there are none.
 */
export function carriedOver(
  results: readonly Result[],
  { growth, narrow }: Omit<Smaller, 'step'>,
  seconds: number,
): readonly string[] | string {
  const timed = results
    .flatMap(({ kernel, status, time }) =>
      status === 'correct' && time?.medianNs ? [{ kernel, ns: growth * time.medianNs }] : [],
    )
    .sort((a, b) => a.ns - b.ns);
  const [fastest] = timed;
  if (!fastest) return 'no kernel was timed on the smaller problem';
  const enough = narrow ? timed.filter(({ ns }) => ns <= SLOWEST * fastest.ns).slice(0, MOST_KERNELS) : timed;
  const kernels: string[] = [];
  let left = (SHARE * seconds * 1e9) / DISPATCHES;
  const most = Math.min(LONGEST_NS, left);
  for (const { kernel, ns } of enough) {
    if (ns > LONGEST_NS || ns > left) break;
    left -= ns;
    kernels.push(kernel);
  }
  if (kernels.length > 0) return kernels;
  return `one dispatch would take about ${duration(fastest.ns)}, and there is time for ${duration(most)} each`;
}
