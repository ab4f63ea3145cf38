/**
 * What the rows of a probe come to: of a run that went to its end, and of one that was cut short, whose finished rows stand.
 * Pure, so that whoever asked for a run concludes the same from the rows that it has heard of when the run ends without a
 * reply: a worker that was stopped, a device or a process that is gone.
 */
import { Failure } from '../core/errors.ts';
import type { Verdict } from '../core/judge.ts';
import { medianInterval } from '../core/statistics.ts';
import { withCommas } from '../core/words.ts';
import type { Timer } from '../gpu/timer.ts';
import { findProbe } from '../probes/index.ts';
import { expected } from '../probes/parts/expected.ts';
import { CUTS, type Cut } from '../probes/parts/findings.ts';
import type { Probe, ProbePlan, Row, Setting, Step } from '../probes/types.ts';
import { capabilitiesOf } from './capabilities.ts';
import type { ProbeRequest, ProbeResult } from './probe-result.ts';
import type { Progress } from './protocol.ts';
import type { DeviceReport } from './result.ts';

type Concluded = Pick<ProbeResult, 'status' | 'reason' | 'verdict' | 'rows' | 'found' | 'cut'>;

/**
 * `rows` by the steps as they were planned; those that are missing, or not measured to their end, are so because of `cut`, or of what
 * `whyOf` says of each.
 */
export function concluded(
  probe: Probe,
  setting: Setting,
  { steps }: ProbePlan,
  rows: ReadonlyMap<Step, Row>,
  cut: Cut,
  source: Timer['source'],
  whyOf: (step: Step) => Cut = () => cut,
): Concluded {
  if (rows.size === 0) return nothingMeasured(cut);
  const all = steps.map((step) => {
    const row = rows.get(step);
    return row ? withInterval(row) : withheldRow(step, CUTS[whyOf(step)], source);
  });
  const parts = all.filter(isPart).length;
  return {
    status: 'correct',
    reason: null,
    verdict: verdictOn([...rows.keys()], null, parts),
    rows: expected(probe, all, setting),
    found: probe.find(all, setting),
    ...(rows.size < steps.length || parts > 0 ? { cut } : {}),
  };
}

/** Whether it is a part of a series, whose run ended before it. */
function isPart({ cutAfterMs }: Row): boolean {
  return cutAfterMs !== undefined;
}

/** A part of a series has none as long as the series goes on. */
function withInterval(row: Row): Row {
  return isPart(row) && row.medianNs !== null ? { ...row, intervalNs: medianInterval(row.samplesNs) } : row;
}

function nothingMeasured(cut: Cut): Concluded {
  const reason = `Nothing was measured: ${CUTS[cut]}`;
  return { status: 'withheld', reason, verdict: null, rows: [], found: [], cut };
}

/** A result that says which probe was asked for, and nothing else yet. */
export function blankOf({ probe, seed, withinMs }: Pick<ProbeRequest, 'probe' | 'seed' | 'withinMs'>) {
  return {
    op: 'memory',
    kernel: probe,
    title: findProbe(probe)?.title ?? '',
    shape: {},
    dtype: 'f32',
    knobs: {},
    chosen: null,
    input: '',
    time: null,
    work: null,
    measures: [],
    seed,
    rows: [],
    found: [],
    ...(withinMs === undefined ? {} : { withinMs }),
  } as const;
}

/** What is heard of a run of a probe while it goes on. */
export class Heard {
  private mostBytes = 0;
  private peakBytes = 0;
  private heard: readonly Row[] = [];
  /** What there is of series, by place. */
  private readonly begun = new Map<string, Row>();

  constructor(private readonly request: ProbeRequest) {}

  /** Those that are finished: what there is of a series is a row only if its run ends before it. */
  get rows(): readonly Row[] {
    return this.heard;
  }

  /** Whether nothing would be left of the run if it ended now. */
  get isEmpty(): boolean {
    return this.heard.length === 0 && this.begun.size === 0;
  }

  /** Takes in a message of the run. */
  hear(message: Progress): void {
    if (message.kind === 'probe') {
      // With less memory it begins again.
      this.mostBytes = message.mostBytes;
      this.heard = [];
      this.begun.clear();
    } else if (message.kind === 'row') {
      const { row, peakBytes } = message;
      if (isPart(row)) this.begun.set(placeOf(row), row);
      else this.heard = [...this.heard, row];
      this.peakBytes = peakBytes;
    }
  }

  /** The result of a run that ended without one, after `wallMs`, on the device that says so of itself. */
  cutShort(error: unknown, report: DeviceReport, wallMs: number): ProbeResult {
    const { request, mostBytes, peakBytes } = this;
    const cut = cutBy(error);
    const ended = { ...blankOf(request), wallMs, peakBytes };
    const probe = findProbe(request.probe);
    if (!probe || this.isEmpty) return { ...ended, ...nothingMeasured(cut) };
    const { quick, seed } = request;
    const setting = { capabilities: capabilitiesOf(report), mostBytes, quick, seed };
    const plan = probe.plan(setting);
    const byPlace = new Map([...this.begun, ...this.heard.map((row) => [placeOf(row), row] as const)]);
    const rows = new Map(
      plan.steps.flatMap((step) => {
        const row = byPlace.get(placeOf(step));
        return row ? [[step, row] as const] : [];
      }),
    );
    return { ...ended, ...concluded(probe, setting, plan, rows, cut, report.timer.source) };
  }
}

/** No two steps of a probe are in the same place. */
function placeOf({ at }: Pick<Row, 'at'>): string {
  return JSON.stringify(at);
}

function cutBy(error: unknown): Cut {
  const code = error instanceof Failure ? error.code : 'internal';
  if (code === 'cancelled') return 'cancelled';
  return code === 'device-lost' ? 'device lost' : 'host lost';
}

/** By which clock a step is timed. */
export function sourceOf({ work }: Step, source: Timer['source']): Timer['source'] {
  return work.kind === 'dispatch' ? source : 'wall';
}

/** A step that was not measured. */
function withheldRow(step: Step, why: string, source: Timer['source']): Row {
  return {
    at: step.at,
    medianNs: null,
    intervalNs: null,
    samplesNs: [],
    repetitions: 1,
    source: sourceOf(step, source),
    dropped: 0,
    withheld: why,
    measures: [],
    model: step.model,
    check: 'none',
  };
}

/** On the outputs of these steps, `parts` of which are series that were cut short: of one that was wrong, where there is a reason. */
export function verdictOn(steps: readonly Step[], reason: string | null, parts = 0): Verdict {
  const sum = (key: 'checked' | 'total'): number => steps.reduce((all, { check }) => all + check[key], 0);
  const [checked, total] = [sum('checked'), sum('total')];
  const only = [...new Set(steps.map(({ check }) => check.only ?? 'exactly'))];
  const count = checked === total ? `all ${withCommas(total)}` : `${withCommas(checked)} of ${withCommas(total)}`;
  const correct = reason === null;
  return {
    correct,
    checked,
    total,
    method: `${count} values, ${only.join('; or ')}${parts === 0 ? '' : `; of ${parts} of ${steps.length} steps only before it was timed`}`,
    ratio: correct ? 0 : 'Infinity',
    worst: null,
    gates: [],
    ...(reason === null ? {} : { reason }),
  };
}
