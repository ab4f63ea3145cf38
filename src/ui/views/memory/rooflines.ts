/** Every kernel under the roofs of this device, and of a recorded one. */
import { html, type TemplateResult } from 'lit';
import type { ProbeResult } from '../../../lab/probe-result.ts';
import { rooflineCount, workOf } from '../../../lab/roofline.ts';
import { refuted } from '../../../model/roofline.ts';
import { ceilings } from '../../../probes/parts/ceilings.ts';
import type { Roofline } from '../../state/files/roofline.ts';
import type { Whose } from '../../state/files/write.ts';
import type { RooflineRuns } from './roofline-runs.ts';
import './ts-roofline.ts';

interface Own {
  readonly runs: RooflineRuns;
  /** Of the probe that measures roofs; null until it has run to its end. */
  readonly result: ProbeResult | null;
  readonly whose: Whose;
  /** Why nothing can be run now; null where it can. */
  readonly blocked: string | null;
  run(): void;
}

export function ownRoofline({ runs, result, whose, blocked, run }: Own): TemplateResult {
  const { points, isRunning, note } = runs;
  const measured = ceilings(result?.found ?? [], result?.rows ?? []);
  const works = points.flatMap((point) => workOf(point, 'compulsoryBytes') ?? []);
  return html`<ts-roofline
    .points=${points}
    .roofs=${refuted(measured, works)}
    .results=${result ? [result] : []}
    .whose=${whose}
    .recorded=${null}
    .total=${rooflineCount()}
    .running=${isRunning}
    .blocked=${blocked}
    .note=${note}
    @roofline-run=${run}
    @roofline-cancel=${() => runs.cancel()}
  ></ts-roofline>`;
}

/** `recorded` is where and when, in words; `isApart` whether the probe beside it was measured in another run. */
export function recordedRoofline(roofline: Roofline, recorded: string, isApart: boolean): TemplateResult {
  const { points, roofs, results } = roofline;
  return html`<ts-roofline
    .points=${points}
    .roofs=${roofs}
    .results=${results}
    .whose=${{ report: null, origin: roofline }}
    .recorded=${recorded}
    ?apart=${isApart}
  ></ts-roofline>`;
}
