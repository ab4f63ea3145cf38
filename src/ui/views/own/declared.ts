/** What the text of a kernel declares that can be set, before it is run. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { Failure, Refusal } from '../../../core/errors.ts';
import { type DType, NEEDS } from '../../../core/format.ts';
import { missingFeature } from '../../../gpu/limits.ts';
import type { Capabilities, Knob, Knobs } from '../../../kernels/types.ts';
import { ownRequest } from '../../../lab/own.ts';
import { resolve, tryPlan } from '../../../lab/plan.ts';
import type { Request } from '../../../lab/protocol.ts';
import type { Problem } from '../../../ops/types.ts';
import { NOTHING, type Outline } from '../../../wgsl/outline.ts';
import type { LineValues } from '../../parts/editor/line-values.ts';
import { NOTHING_REFUSED, type RefusalOf } from '../../state/refusals.ts';

export class Declared implements ReactiveController {
  /** Knobs of the text; none until it has been read, and of a text that cannot be. */
  knobs: readonly Knob[] = [];
  private request: Request | null = null;
  private read: { readonly problem: Problem; readonly source: string } | null = null;

  constructor(private readonly view: ReactiveControllerHost) {
    view.addController(this);
  }

  hostConnected(): void {}

  get outline(): Outline {
    return this.request?.outline ?? NOTHING;
  }

  /** Reads a text, where it is another one or for another problem. The parser is loaded for the first. */
  async of(problem: Problem, source: string): Promise<void> {
    if (this.read?.problem === problem && this.read.source === source) return;
    const read = { problem, source };
    this.read = read;
    const request = await ownRequest({ ...problem, source }).catch(nullOfFault);
    // Meanwhile there may be another one.
    if (this.read !== read) return;
    this.request = request;
    this.knobs = request ? knobsOf(request) : [];
    this.view.requestUpdate();
  }

  /** Values that differ from the defaults, of those written; what means nothing is left out. */
  chosen(written: Readonly<Record<string, string>>): Knobs {
    const found = this.knobs.flatMap(({ key, values, default: initial }) => {
      const value = values.find((one) => String(one) === written[key]);
      return value === undefined || value === initial ? [] : [[key, value] as const];
    });
    return Object.fromEntries(found);
  }

  /** The same as texts, to be shown beside their lines. */
  values(written: Readonly<Record<string, string>>): LineValues {
    return Object.fromEntries(Object.entries(this.chosen(written)).map(([key, value]) => [key, String(value)]));
  }

  /** In one sentence, what of the values written is no value of any knob; empty where all are. */
  fault(written: Readonly<Record<string, string>>): string {
    if (this.request === null) return '';
    const wrong = Object.entries(written).find(
      ([key, value]) =>
        !this.knobs.some((knob) => knob.key === key && knob.values.some((one) => String(one) === value)),
    );
    return wrong ? `${wrong[0]}=${wrong[1]} is not a value of a knob of this kernel and is not used.` : '';
  }

  /** Why each value of a knob would be refused with the others as chosen, where other values of it work. */
  refusalOf(key: string, chosen: Knobs, device: Capabilities): RefusalOf {
    const { request } = this;
    if (!request) return NOTHING_REFUSED;
    const refusalOf: RefusalOf = (value) => {
      const planned = tryPlan({ ...request, knobs: { ...chosen, [key]: value } }, device);
      return planned instanceof Refusal ? planned : null;
    };
    const { values = [] } = this.knobs.find((knob) => knob.key === key) ?? {};
    return values.some((value) => refusalOf(value) === null) ? refusalOf : NOTHING_REFUSED;
  }
}

/** A type is refused where the device cannot store it, whatever the text: what else the text needs, a run says. */
export function typeRefusal({ features }: Capabilities): RefusalOf {
  return (dtype) => missingFeature(NEEDS[dtype as DType].features, features);
}

function knobsOf(request: Request): readonly Knob[] {
  try {
    return resolve(request).kernel.knobs;
  } catch (error) {
    return nullOfFault(error) ?? [];
  }
}

/** Whoever runs the text is told what is wrong with it. */
function nullOfFault(error: unknown): null {
  if (error instanceof Refusal || error instanceof Failure) return null;
  throw error;
}
