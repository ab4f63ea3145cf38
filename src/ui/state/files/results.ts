/** Whether a value is a result as `bench` and the page write it, down to what the page draws of it. */
import {
  type Check,
  count,
  either,
  fields,
  flag,
  interval,
  isRecord,
  list,
  number,
  orNull,
  positive,
  table,
  text,
  word,
} from './checks.ts';

const knobs = table(either(number, text));
/** JSON has no number for these. */
const anyNumber = either(number, word('NaN', 'Infinity', '-Infinity'));
const ratio = either((value) => number(value) && (value as number) >= 0, word('Infinity'));

const worst = fields(
  {
    tensor: text,
    index: count,
    row: count,
    column: count,
    at: list(count),
    actual: anyNumber,
    expected: anyNumber,
    error: anyNumber,
    bound: anyNumber,
    ratio: anyNumber,
  },
  { tile: text, lane: count },
);

/** A whole number from 1 up to this one. */
const upTo =
  (most: number): Check =>
  (value) =>
    count(value) && (value as number) >= 1 && (value as number) <= most;
const side = upTo(32);
const wrongMap: Check = (value) =>
  fields({ tensor: text, rows: count, columns: count, height: side, width: side, shares: list(orNull(number)) })(
    value,
  ) &&
  isRecord(value) &&
  (value.shares as unknown[]).length === Number(value.height) * Number(value.width);

export const verdict = fields(
  { correct: flag, checked: count, total: count, method: text, ratio, worst: orNull(worst) },
  {
    reason: text,
    where: wrongMap,
    gates: list(fields({ name: text, correct: flag, ratio, checked: count, total: count })),
  },
);

const duration = orNull(positive);
const times = fields(
  {
    resolved: flag,
    source: word('gpu', 'wall'),
    medianNs: duration,
    minNs: duration,
    p90Ns: duration,
    samplesNs: list(positive),
    dispatchesPerSample: count,
    quantumNs: number,
    compileMs: number,
    wallNs: duration,
    caches: word('warm', 'cold'),
  },
  { intervalNs: interval },
);
/** Either all figures of a time or none: that it is unresolved. */
const time: Check = (value) =>
  times(value) &&
  isRecord(value) &&
  [value.medianNs, value.minNs, value.p90Ns].every((ns) => (ns !== null) === value.resolved);

const quantity = fields({ key: text, title: text, unit: text, count: number }, { note: text, rated: flag });
const work = fields({ quantities: list(quantity), scratchBytes: number, peakBytes: number });

const request = {
  op: text,
  kernel: text,
  shape: table(number),
  dtype: word('f32', 'f16'),
  knobs,
  seed: count,
} as const;

/** What a request was that had no result, in a trace too. */
const unmade = {
  refusal: fields({ rule: text, parameters: table(either(number, text)), works: list(knobs) }),
  failure: fields({ code: text, diagnostics: list(fields({ line: count, column: count, message: text })) }),
  source: fields({ file: text, digest: text }, { text }),
} as const;

const result = fields(
  {
    ...request,
    chosen: orNull(fields({ kernel: text, knobs })),
    input: text,
    status: word('correct', 'wrong', 'refused', 'failed'),
    reason: orNull(text),
    verdict: orNull((value) => verdict(value) && isRecord(value) && Array.isArray(value.gates)),
    time: orNull(time),
    work: orNull(work),
    measures: list(fields({ key: text, title: text, unit: text, value: number })),
  },
  { ...unmade, meant: flag },
);

/** A time stands only beside a verdict, and only beside one that passed. */
export const isResult: Check = (value) => {
  if (!result(value) || !isRecord(value)) return false;
  const isCorrect = value.status === 'correct';
  const passed = isRecord(value.verdict) && value.verdict.correct === true;
  return isCorrect
    ? passed && value.reason === null
    : value.reason !== null && value.time === null && !passed && (value.measures as unknown[]).length === 0;
};

const point = fields({ line: count, workgroup: count, lane: count, access: text });
const space = word('storage', 'workgroup');
const finding = fields({
  kind: word('out-of-bounds', 'race', 'uninitialized', 'barrier-divergence', 'written-twice'),
  pass: count,
  entry: text,
  buffer: orNull(text),
  element: orNull(count),
  workgroup: count,
  first: point,
  second: orNull(point),
  times: count,
  message: text,
});

const COUNTERS = [
  'pass',
  'line',
  'column',
  'executions',
  'requests',
  'activeLanes',
  'bytesAsked',
  'sectors',
  'idealSectors',
  'lines',
  'bankPasses',
  'idealBankPasses',
  'atomics',
  'broadcasts',
];
const counters = Object.fromEntries(COUNTERS.map((name) => [name, count]));
const site = fields({
  ...counters,
  entry: text,
  buffer: text,
  space,
  access: word('read', 'write', 'atomic'),
  hits: orNull(fields({ l1: count, l2: count })),
});

const TOTALS = ['bytesAsked', 'bytesFetched', 'bytesFromMemory', 'bytesToMemory', 'compulsoryBytes', 'barriers'];
const totals = fields(Object.fromEntries(TOTALS.map((name) => [name, count])), { longestLane: count });

/** A trace, as `trace` and the page write it. */
export const isTrace = fields(
  {
    ...request,
    status: word('clean', 'findings', 'refused', 'failed'),
    reason: orNull(text),
    machine: text,
    traced: orNull(
      fields({
        workgroups: count,
        of: count,
        complete: flag,
        events: count,
        passes: list(fields({ pass: count, entry: text, workgroups: list(count), of: count })),
      }),
    ),
    sameOutput: orNull(flag),
    sites: list(site),
    totals: orNull(totals),
    findings: list(finding),
    notes: list(text),
  },
  unmade,
);

const whole = list(Number.isSafeInteger as Check);
const values = list(orNull(number));
/** More than any device has in a workgroup: so many are listed, and drawn. */
const MOST_LANES = 2 ** 14;
const memory = fields({
  name: text,
  space: word('storage', 'workgroup', 'function'),
  bytes: count,
  scalar: positive,
  pitch: orNull(positive),
  contents: orNull(values),
});
const LISTS = ['site', 'groups', 'ends', 'lane', 'address', 'valueEnds'];
const steps = fields({
  pass: count,
  entry: text,
  workgroup: count,
  lanes: upTo(MOST_LANES),
  group: upTo(MOST_LANES),
  isWhole: flag,
  sites: list(
    fields({
      line: count,
      column: count,
      access: word('read', 'write', 'atomic', 'assign', 'barrier'),
      memory: orNull(count),
      bytes: count,
    }),
  ),
  memories: list(memory),
  lists: fields(Object.fromEntries(LISTS.map((name) => [name, whole]))),
  values,
});

/** What a workgroup did in one pass, with every index within the list that it points into. */
export const isSteps: Check = (value) => {
  if (!steps(value)) return false;
  const { sites, memories, lists, values: stored } = value as Readonly<Record<string, unknown[]>>;
  const { site: at, groups, ends, lane, address, valueEnds } = lists as unknown as Readonly<Record<string, number[]>>;
  const isRising = (list: readonly number[], most: number): boolean =>
    list.every((step) => step >= 0) && list.reduce((sum, step) => sum + step, 0) <= most;
  const isWithin = (list: readonly number[], length: number): boolean => {
    let sum = 0;
    return list.every((step) => {
      sum += step;
      return sum >= 0 && sum < length;
    });
  };
  return (
    at.length === groups.length &&
    at.length === ends.length &&
    lane.length === address.length &&
    (valueEnds.length === 0 || valueEnds.length === lane.length) &&
    isWithin(at, sites.length) &&
    isWithin(groups, 2 ** 32) &&
    isWithin(lane, 2 ** 32) &&
    isWithin(address, 2 ** 32) &&
    isRising(ends, lane.length) &&
    isRising(valueEnds, stored.length) &&
    (sites as { memory: number | null }[]).every(({ memory: of }) => of === null || of < memories.length)
  );
};
