/** Every kernel under the roofs of this device, and of a recorded one. */
import { html, type TemplateResult } from 'lit';
import { Refusal } from '../../../core/errors.ts';
import { type DType, NEEDS } from '../../../core/format.ts';
import { missingFeature } from '../../../gpu/limits.ts';
import type { KnobValue } from '../../../kernels/types.ts';
import type { ProbeResult } from '../../../lab/probe-result.ts';
import { dtypeOf, rooflineCount, workOf } from '../../../lab/roofline.ts';
import { refuted } from '../../../model/roofline.ts';
import { ceilings } from '../../../probes/parts/ceilings.ts';
import type { EventOf } from '../../state/events.ts';
import type { Roofline } from '../../state/files/roofline.ts';
import type { Whose } from '../../state/files/write.ts';
import type { RooflineRuns } from './roofline-runs.ts';
import './ts-roofline.ts';

interface Own {
  readonly runs: RooflineRuns;
  /** Of the probe that measures roofs; null until it has run to its end. */
  readonly result: ProbeResult | null;
  readonly whose: Whose;
  /** What the device can do. */
  readonly features: ReadonlySet<string>;
  /** Why nothing can be run now; null where it can. */
  readonly blocked: string | null;
  run(): void;
}

export function ownRoofline({ runs, result, whose, features, blocked, run }: Own): TemplateResult {
  const { points, isRunning, note, dtype } = runs;
  const measured = ceilings(result?.found ?? [], result?.rows ?? [], dtype);
  const refusalOf = (value: DType): Refusal | null => {
    if (isRunning && value !== dtype) return new Refusal('It stays as it is during a run');
    return missingFeature(NEEDS[value].features, features);
  };
  const works = points.flatMap((point) => workOf(point, 'compulsoryBytes') ?? []);
  return html`<ts-roofline
    .points=${points}
    .roofs=${refuted(measured, works)}
    .results=${result ? [result] : []}
    .whose=${whose}
    .recorded=${null}
    .dtype=${dtype}
    .refusalOf=${(value: KnobValue) => refusalOf(value as DType)}
    .total=${rooflineCount(dtype)}
    .running=${isRunning}
    .blocked=${blocked ?? refusalOf(dtype)?.message ?? null}
    .note=${note}
    @knob-change=${({ detail }: EventOf<'knob-change'>) => runs.choose(detail.value as DType)}
    @roofline-run=${run}
    @roofline-cancel=${() => runs.cancel()}
  ></ts-roofline>`;
}

/** `recorded` is where and when, in words; `isApart` whether the probe beside it was measured in another run. */
export function recordedRoofline(roofline: Roofline, recorded: string, isApart: boolean): TemplateResult {
  const { points, roofs, results } = roofline;
  return html`<ts-roofline
    .points=${points}
    .dtype=${dtypeOf(points)}
    .roofs=${roofs}
    .results=${results}
    .whose=${{ report: null, origin: roofline }}
    .recorded=${recorded}
    ?apart=${isApart}
  ></ts-roofline>`;
}
