/** Which values of the knobs would be refused, looked up when a knob asks: most of a long slider is never looked at. */
import { Refusal } from '../../core/errors.ts';
import type { Capabilities, KnobValue } from '../../kernels/types.ts';
import { tryPlan } from '../../lab/plan.ts';
import { kernelOf, type Settings, toRequest } from './settings.ts';

/** Why a value would be refused with everything else as it is; null where it works. */
export type RefusalOf = (value: KnobValue) => Refusal | null;

export const NOTHING_REFUSED: RefusalOf = () => null;

export class Refusals {
  private readonly known = new Map<string, RefusalOf>();

  /** `refusal` is why the settings themselves are refused, with what `suggest` says of it; null where they work. */
  constructor(
    private readonly settings: Settings,
    private readonly refusal: Refusal | null,
    private readonly capabilities: Capabilities,
  ) {}

  /** For a knob, or "dtype"; always the same function. A knob none of whose values works is not at fault. */
  of(key: string): RefusalOf {
    const known = this.known.get(key);
    if (known) return known;
    const looked = new Map<KnobValue, Refusal | null>([[this.valueOf(key), this.refusal]]);
    const look: RefusalOf = (value) => {
      const before = looked.get(value);
      if (before !== undefined) return before;
      const planned = tryPlan(toRequest(this.with(key, value)), this.capabilities);
      const refusal = planned instanceof Refusal ? planned : null;
      looked.set(value, refusal);
      return refusal;
    };
    let isAtFault: boolean | undefined;
    const refusalOf: RefusalOf = (value) => {
      const refusal = look(value);
      if (!refusal) return null;
      isAtFault ??= this.helps(key, look);
      return isAtFault ? refusal : null;
    };
    this.known.set(key, refusalOf);
    return refusalOf;
  }

  /** Whether some value of a knob works. What would work has been looked for already where the settings are refused. */
  private helps(key: string, look: RefusalOf): boolean {
    if (!this.refusal) return true;
    const { dtypes, knobs } = kernelOf(this.settings);
    if (key === 'dtype') return dtypes.some((dtype) => look(dtype) === null);
    const single = (this.refusal.works ?? []).map(Object.keys).filter(({ length }) => length === 1);
    if (single.length === 0) return false;
    if (single.some(([name]) => name === key)) return true;
    return knobs.find((knob) => knob.key === key)?.values.some((value) => look(value) === null) ?? false;
  }

  private valueOf(key: string): KnobValue {
    return key === 'dtype' ? this.settings.dtype : this.settings.knobs[key];
  }

  private with(key: string, value: KnobValue): Settings {
    if (key === 'dtype') return { ...this.settings, dtype: value as Settings['dtype'] };
    return { ...this.settings, knobs: { ...this.settings.knobs, [key]: value } };
  }
}
