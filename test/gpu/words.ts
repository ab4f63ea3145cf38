/** What kernels' heads and lessons say in numbers about their accesses, each with the counter that must say the same. */
import type { TraceResult } from '../../src/lab/trace-result.ts';
import type { SiteCounts } from '../../src/trace/report.ts';

export interface Claim {
  /** "op/id". */
  readonly kernel: string;
  /** As the head of the kernel's WGSL or its `teaches` has them, line breaks aside. */
  readonly words: string;
  /** "key=value,...", of the shape; without it the counters are those of the recording that the page shows. */
  readonly sizes?: string;
  readonly knobs?: Readonly<Record<string, number>>;
  readonly counted: (trace: Counted) => number | readonly number[];
  /** What the words come to. */
  readonly said: number | readonly number[];
  /** Takes seconds to compile: only where everything is tried. */
  readonly isSlow?: true;
}

/** Sums over the sites of one buffer. */
export class Counted {
  constructor(private readonly result: TraceResult) {}

  private sites(access: SiteCounts['access'], buffer: string, pass?: number): readonly SiteCounts[] {
    const { sites } = this.result;
    return sites.filter((one) => one.access === access && one.buffer === buffer && one.pass === (pass ?? one.pass));
  }

  private sum(sites: readonly SiteCounts[], of: keyof SiteCounts): number {
    return sites.reduce((total, site) => total + (site[of] as number), 0);
  }

  /** Executions. */
  reads(buffer: string, pass?: number): number {
    return this.sum(this.sites('read', buffer, pass), 'executions');
  }

  writes(buffer: string, pass?: number): number {
    return this.sum(this.sites('write', buffer, pass), 'executions');
  }

  /** A counter for each request. */
  each(of: 'lines' | 'sectors' | 'bankPasses', access: 'read' | 'write', buffer: string): number {
    const sites = this.sites(access, buffer);
    return this.sum(sites, of) / this.sum(sites, 'requests');
  }

  /** Bytes that one lane reads at a time. */
  bytes(buffer: string): number {
    return this.sum(this.sites('read', buffer), 'bytesAsked') / this.reads(buffer);
  }

  /** Of each workgroup of the first pass. */
  get barriers(): number {
    const { totals, traced } = this.result;
    return (totals?.barriers ?? Number.NaN) / (traced?.passes[0].of ?? 0);
  }
}

const LAYER = 'inputs=64,neurons=64';
const ROWS = 'inputs=1024,neurons=2';
const CUBE = 'm=64,n=64,k=64';
const LONG = 'rows=2,columns=512';
const HEAD = 'batch=1,heads=1,kvHeads=1,queries=64,keys=64,dim=64,valueDim=64,causal=1';
const SMALL = 'batch=1,heads=1,kvHeads=1,queries=16,keys=16,dim=8,valueDim=8';

export const claims: readonly Claim[] = [
  {
    kernel: 'neuron/2_row_major',
    words: '32 lanes touch 32 lines and use 4 bytes of each',
    counted: (trace) => [trace.each('lines', 'read', 'w'), trace.bytes('w')],
    said: [32, 4],
  },
  {
    kernel: 'neuron/2_row_major',
    words: '32 lanes touch 32 lines of memory and use 4 bytes of each',
    counted: (trace) => [trace.each('lines', 'read', 'w'), trace.bytes('w')],
    said: [32, 4],
  },
  {
    kernel: 'neuron/3_column_major',
    words: '32 lanes of f32 touch one line of 128 bytes',
    counted: (trace) => trace.each('lines', 'read', 'w'),
    said: 1,
  },
  {
    kernel: 'neuron/3_column_major',
    words: '32 lanes share one line of memory where they touched 32',
    counted: (trace) => trace.each('lines', 'read', 'w'),
    said: 1,
  },
  {
    kernel: 'neuron/3_column_major',
    words: 'two where the base is not aligned',
    sizes: LAYER,
    knobs: { offset: 4 },
    counted: (trace) => trace.each('lines', 'read', 'w'),
    said: 2,
  },
  {
    kernel: 'neuron/4_vector_loads',
    words: '16 bytes of f32 (8 of f16) in one instruction',
    sizes: LAYER,
    counted: (trace) => [trace.bytes('w'), trace.reads('w')],
    said: [16, (64 * 64) / 4],
  },
  {
    kernel: 'neuron/5_realigned_loads',
    words: 'one more load for each row, not twice the loads',
    sizes: LAYER,
    counted: (trace) => trace.reads('w'),
    said: (64 * 64) / 4 + 64,
  },
  {
    kernel: 'neuron/6_workgroup_tree',
    words: 'log2(WORKGROUP) times, with a barrier each time',
    sizes: ROWS,
    counted: (trace) => trace.barriers,
    said: Math.log2(64),
  },
  {
    kernel: 'neuron/7_subgroup_sum',
    words: 'a single barrier is left',
    sizes: ROWS,
    counted: (trace) => trace.barriers,
    said: 1,
  },
  {
    kernel: 'matmul/1_uncoalesced',
    words: 'touch 16 lines of 128 bytes and use 4 bytes of each; their stores are scattered the same way',
    sizes: CUBE,
    counted: (trace) => [trace.each('lines', 'read', 'a'), trace.bytes('a'), trace.each('lines', 'write', 'c')],
    said: [16, 4, 16],
  },
  {
    kernel: 'matmul/1_uncoalesced',
    // Of A and B together 17, as kernel 2 says of it.
    words: 'touch 16 lines of 128 bytes',
    sizes: CUBE,
    counted: (trace) => trace.each('lines', 'read', 'a') + trace.each('lines', 'read', 'b'),
    said: 17,
  },
  {
    kernel: 'matmul/2_coalesced',
    words: '16 lanes of f32 half a line of 128 bytes',
    // In sectors of 32 bytes.
    counted: (trace) => [trace.each('lines', 'read', 'b'), trace.each('sectors', 'read', 'b')],
    said: [1, 2],
  },
  {
    kernel: 'matmul/2_coalesced',
    words: 'every element of A is read n times, every element of B m times',
    counted: (trace) => [trace.reads('a'), trace.reads('b')],
    said: [32 ** 3, 32 ** 3],
  },
  {
    kernel: 'matmul/2_coalesced',
    words: 'from 3 lines of memory instead of 17',
    counted: (trace) => trace.each('lines', 'read', 'a') + trace.each('lines', 'read', 'b'),
    said: 3,
  },
  {
    kernel: 'matmul/3_tiles',
    words: 'each element that comes from the cache is used TILE times from workgroup memory',
    counted: (trace) => ['tileA', 'tileB'].map((tile) => trace.reads(tile) / trace.writes(tile)),
    said: [16, 16],
  },
  {
    kernel: 'matmul/3_tiles',
    words: 'all lanes read those 2 * TILE * TILE elements TILE times each',
    counted: (trace) => ['tileA', 'tileB'].map((tile) => trace.reads(tile) / trace.writes(tile)),
    said: [16, 16],
  },
  {
    kernel: 'matmul/3_tiles',
    words: 'Traffic from the caches falls by TILE',
    counted: (trace) => [trace.reads('a'), trace.reads('b')],
    said: [32 ** 3 / 16, 32 ** 3 / 16],
  },
  {
    kernel: 'matmul/3_tiles',
    words: 'two barriers a step',
    counted: (trace) => trace.barriers / (32 / 16),
    said: 2,
  },
  {
    kernel: 'matmul/4_padded',
    words: 'queue up, 8 deep where TILE is 16',
    sizes: 'm=32,n=32,k=32',
    knobs: { PAD: 0 },
    counted: (trace) => trace.each('bankPasses', 'write', 'tileA'),
    said: 8,
  },
  {
    kernel: 'matmul/4_padded',
    words: 'no bank is asked for more than two words',
    counted: (trace) => ['tileA', 'tileB'].map((tile) => trace.each('bankPasses', 'write', tile)),
    said: [2, 2],
  },
  {
    kernel: 'matmul/4_padded',
    words: '8 words wait for one bank; with one word of padding per row, 2',
    counted: (trace) => trace.each('bankPasses', 'write', 'tileA'),
    said: 2,
  },
  {
    kernel: 'matmul/5_register_tile',
    words: 'For each term it reads TM + TN words of workgroup memory',
    sizes: CUBE,
    counted: (trace) => (trace.reads('tileA') + trace.reads('tileB')) / (16 * 16 * 64),
    said: 4 + 4,
  },
  {
    kernel: 'matmul/7_from_cache',
    words: 'ROWS + COLUMNS of them for 4 terms',
    sizes: CUBE,
    counted: (trace) => (trace.reads('a') + trace.reads('b')) / (64 * (64 / 4)),
    said: 8 + 8,
    isSlow: true,
  },
  {
    kernel: 'matmul/8_prefetch',
    words: 'one barrier a step is enough',
    sizes: CUBE,
    // And one before the first.
    counted: (trace) => trace.barriers - 1,
    said: 64 / 16,
    isSlow: true,
  },
  {
    kernel: 'softmax/1_three_looks',
    words: 'x three times, y once; neighbouring lanes read a whole row apart',
    sizes: 'rows=32,columns=32',
    counted: (trace) => [trace.reads('x'), trace.writes('y'), trace.each('lines', 'read', 'x')],
    said: [3 * 32 * 32, 32 * 32, 32],
  },
  {
    kernel: 'softmax/2_online',
    words: 'x twice, y once; neighbouring lanes read a whole row apart',
    counted: (trace) => [trace.reads('x'), trace.writes('y'), trace.each('lines', 'read', 'x')],
    said: [2 * 32 * 32, 32 * 32, 32],
  },
  {
    kernel: 'softmax/3_workgroup_rows',
    words: 'x twice, y once',
    sizes: LONG,
    counted: (trace) => [trace.reads('x'), trace.writes('y')],
    said: [2 * 1024, 1024],
  },
  {
    kernel: 'softmax/4_vector_loads',
    words: 'x in a quarter of the loads',
    sizes: LONG,
    counted: (trace) => trace.reads('x'),
    said: (2 * 1024) / 4,
  },
  {
    kernel: 'softmax/5_subgroups',
    words: 'a single barrier is left',
    sizes: LONG,
    counted: (trace) => trace.barriers,
    said: 1,
  },
  {
    kernel: 'attention/1_three_passes',
    words:
      'the scores written once, read three times, overwritten by the probabilities once, which are read valueDim times',
    sizes: SMALL,
    counted: (trace) => [
      trace.writes('scores', 0),
      trace.reads('scores', 1),
      trace.writes('scores', 1),
      trace.reads('scores', 2),
    ],
    said: [1, 3, 1, 8].map((times) => times * 16 * 16),
  },
  {
    kernel: 'attention/2_online',
    words: 'every invocation reads all keys and values by itself',
    counted: (trace) => [trace.reads('k'), trace.reads('v')],
    said: [16 * 16 * 8, 16 * 16 * 8],
  },
  {
    kernel: 'attention/3_kv_tiles',
    words: 'each key and value once for each WORKGROUP queries of each head, each query and output once',
    sizes: HEAD,
    counted: (trace) => [trace.reads('k'), trace.reads('v'), trace.reads('q'), trace.writes('o')],
    said: [2, 2, 1, 1].map((times) => times * 64 * 64),
  },
  {
    kernel: 'attention/3_kv_tiles',
    words: 'all lanes reading one address is a single access',
    sizes: HEAD,
    counted: (trace) => trace.each('bankPasses', 'read', 'kTile'),
    said: 1,
  },
  {
    kernel: 'attention/3_kv_tiles',
    words: 'two barriers per tile',
    sizes: HEAD,
    counted: (trace) => trace.barriers / (64 / 16),
    said: 2,
  },
];
