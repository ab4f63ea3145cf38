/** A host without a GPU: its kernels are the float64 reference, and tests make it fail as real ones do. */

import { run } from '../../src/cli/main.ts';
import { Failure } from '../../src/core/errors.ts';
import { round } from '../../src/core/half.ts';
import { joined } from '../../src/core/joined.ts';
import type { Verdict } from '../../src/core/judge.ts';
import type { Measure } from '../../src/core/quantity.ts';
import { compare } from '../../src/core/verdict.ts';
import type { Channel } from '../../src/lab/channel.ts';
import { Client } from '../../src/lab/client.ts';
import { FrameReader, frame } from '../../src/lab/frames.ts';
import { blankResult } from '../../src/lab/outcome.ts';
import { resolve } from '../../src/lab/plan.ts';
import type { ProbeReply, ProbeRequest } from '../../src/lab/probe-result.ts';
import type {
  BenchReply,
  BenchRequest,
  CallOptions,
  Message,
  Method,
  Request,
  SolveReply,
  SolveRequest,
} from '../../src/lab/protocol.ts';
import type { AdapterReport, DeviceReport, Result } from '../../src/lab/result.ts';
import { serve } from '../../src/lab/serve.ts';
import type { Service } from '../../src/lab/service.ts';
import { referenceOf } from '../../src/ops/references.ts';

export const ADAPTER: AdapterReport = {
  description: 'Fake adapter',
  vendor: 'nobody',
  architecture: '',
  device: '',
  software: true,
  subgroupMinSize: 4,
  subgroupMaxSize: 8,
};

export const DEVICE: DeviceReport = {
  adapter: ADAPTER,
  timer: { source: 'gpu', quantumNs: 1, floorNs: 1000 },
  subgroupSizes: [4],
  features: ['shader-f16', 'timestamp-query'],
  limits: { maxBufferSize: 2 ** 28 },
  userAgent: 'fake',
};

export interface Behaviour {
  /** Features of the device; f16 by default. */
  readonly features?: readonly string[];
  /** Thrown when the host is opened. */
  readonly openError?: Error;
  /** Changes what a kernel wrote, in place. */
  readonly tamper?: (values: number[], request: Request, tensor: string) => void;
  /** An error for a request that the host should fail on; sees the tensors as they came. */
  readonly solveError?: (request: Request, tensors: SolveRequest['tensors'], params: SolveRequest) => Error | undefined;
  /** The reply to one `bench` call. */
  readonly bench?: (
    requests: readonly Request[],
    options: CallOptions,
    params: BenchRequest,
  ) => BenchReply | Promise<BenchReply>;
  /** The reply to one `probe` call. */
  readonly probe?: (request: ProbeRequest, options: CallOptions) => Promise<ProbeReply>;
  /** Limits of the device. */
  readonly limits?: DeviceReport['limits'];
}

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** How many hosts were opened. */
  readonly opened: number;
  readonly closed: number;
}

/** What a test may set of a command's surroundings. */
export interface Place {
  readonly env?: Readonly<Record<string, string>>;
  readonly root?: string;
  /** Columns of the terminal that stdout is. */
  readonly terminal?: number;
}

/** Runs a command line on fake hosts; `interrupt` is handed to the hosts' surroundings. */
export async function runCommand(
  argv: readonly string[],
  behaviour: Behaviour = {},
  interrupt = new AbortController(),
  { env = {}, root, terminal }: Place = {},
): Promise<Ran> {
  let [stdout, stderr, opened, closed] = ['', '', 0, 0];
  const status = await run(argv, {
    stdout: {
      write: (text) => {
        stdout += text;
      },
      ...(terminal === undefined ? {} : { isTTY: true, columns: terminal }),
    },
    stderr: {
      write: (text) => {
        stderr += text;
      },
    },
    env,
    root: root ?? null,
    signal: interrupt.signal,
    openHost: async (name) => {
      if (behaviour.openError) throw behaviour.openError;
      return new Client(name, () => {
        opened++;
        return channelOf(behaviour, () => closed++);
      });
    },
  });
  return { status, stdout, stderr, opened, closed };
}

/** A service behind a line within this process, over which messages go as bytes. */
function channelOf(behaviour: Behaviour, onClose: () => void): Channel {
  let close: (how: Failure) => void = () => {};
  const over = (receive: (message: Message) => void): ((message: Message) => void) => {
    const reader = new FrameReader(receive);
    return (message) => {
      for (const part of frame(message)) reader.push(part);
    };
  };
  const answer = over((message) => channel.onMessage(message));
  const ask = over(serve(serviceOf(behaviour), answer));
  const end = (): void => {
    onClose();
    close(new Failure('device-lost', 'The fake host ended.'));
  };
  const channel: Channel = {
    // Not at once, as with real lines: one answers while it is asked.
    send: (message) => queueMicrotask(() => ask(message)),
    end,
    kill: end,
    closed: new Promise((resolve) => {
      close = resolve;
    }),
    onMessage: () => {},
  };
  return channel;
}

function serviceOf(behaviour: Behaviour): Pick<Service, 'call'> {
  const answer = async (method: Method, params: unknown, options: CallOptions): Promise<unknown> => {
    if (method === 'device') {
      const { features = DEVICE.features, limits = DEVICE.limits } = behaviour;
      return { ...DEVICE, features, limits };
    }
    if (method === 'solve') return solve(params as SolveRequest, behaviour);
    if (method === 'probe' && behaviour.probe) return behaviour.probe(params as ProbeRequest, options);
    const asked = params as BenchRequest;
    if (!behaviour.bench) throw new Failure('internal', 'this fake host has no bench');
    return behaviour.bench(asked.requests, options, asked);
  };
  return { call: (method, params, options = {}) => answer(method, params, options) as Promise<never> };
}

async function solve(params: SolveRequest, { tamper, solveError }: Behaviour): Promise<SolveReply> {
  const { request, tensors } = params;
  const error = solveError?.(request, tensors, params);
  if (error) throw error;
  const planned = resolve(request);
  // Values are the reference's own, so that the strictest bound serves.
  const judges = referenceOf(planned.problem.op).judges(planned.problem, tensors, { output: planned.problem.dtype });
  const outputs: Record<string, Float32Array> = {};
  const verdicts: Record<string, Verdict> = {};
  for (const judge of judges) {
    const values: number[] = [];
    const expected = new Float64Array(judge.rowLength);
    for (let row = 0; row < judge.rows; row++) {
      judge.row(row, expected, new Float64Array(judge.rowLength));
      for (const value of expected) values.push(round(value, planned.problem.dtype));
    }
    tamper?.(values, request, judge.tensor);
    outputs[judge.tensor] = Float32Array.from(values);
    const verdict = await compare([{ judge, values }], { budget: Number.POSITIVE_INFINITY, seed: 1 });
    verdicts[judge.tensor] = { ...verdict, gates: [] };
  }
  const verdict = { ...joined(Object.values(verdicts)), gates: [] };
  const status = verdict.correct ? 'correct' : 'wrong';
  const result: Result = { ...blankResult(planned), status, reason: verdict.reason ?? null, verdict };
  return { result, verdicts, outputs };
}

/** A result as a real host gives it for a kernel that is right. */
export function correctResult(request: Request): Result {
  const verdict = { correct: true, checked: 4, total: 4, method: 'all 4', ratio: 0.02, worst: null, gates: [] };
  return {
    ...blankResult(resolve(request)),
    status: 'correct',
    verdict,
    time: {
      resolved: true,
      source: 'gpu',
      medianNs: 1234.5,
      minNs: 1200,
      p90Ns: 1310,
      intervalNs: null,
      firstNs: 5000,
      group: 'fake',
      dropped: 0,
      samplesNs: [1200, 1234.5, 1310],
      dispatchesPerSample: 100,
      quantumNs: 1,
      compileMs: 3.5,
      wallNs: 2000,
      caches: 'warm',
    },
    work: {
      quantities: [
        { key: 'flop', title: 'Operations', unit: 'FLOP', count: 2049 },
        { key: 'additions', title: 'Additions', unit: '', count: 1, rated: false },
        { key: 'bytes', title: 'Bytes moved', unit: 'B', count: 100 },
      ],
      scratchBytes: 0,
      peakBytes: 400,
    },
    measures: measured(1.66, 0.081),
  };
}

/** A result as a real host gives it for a kernel that is wrong. */
export function wrongResult(request: Request, reason: string): Result {
  const verdict = { correct: false, checked: 4, total: 4, method: 'all 4', ratio: 9, worst: null, gates: [], reason };
  return { ...blankResult(resolve(request)), status: 'wrong', reason, verdict };
}

/** The measures of a result, in GFLOP/s and GB/s. */
export function measured(operations: number, bytes: number): readonly Measure[] {
  return [
    { key: 'flop', title: 'Operations', unit: 'GFLOP/s', value: operations },
    { key: 'bytes', title: 'Bytes moved', unit: 'GB/s', value: bytes },
  ];
}
