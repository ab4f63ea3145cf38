/** What a sweep can go along: the knobs of a kernel and the parameters of a shape. */
import type { KnobValue } from '../../../kernels/types.ts';
import type { Axis } from '../../../lab/sweep.ts';
import type { Parameter } from '../../../ops/types.ts';
import { parameterFault } from '../../state/parameter-fault.ts';
import { KNOB_PREFIX, kernelOf, operationOf, type Settings } from '../../state/settings.ts';

/** Values of a knob that a sweep starts with, around the one that is set. */
const FIRST_VALUES = 6;
/** Powers of two that a sweep over a size starts with: two halvings to one doubling. */
const FIRST_HALVINGS = 2;
const FIRST_DOUBLINGS = 1;

export interface Dimension extends Pick<Axis, 'key' | 'of'> {
  /** Its name in the address: a parameter's key, a knob's with "set." before it. */
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly doc: string;
  /** Every value that it can take, in order; null where they are a range. */
  readonly legal: readonly KnobValue[] | null;
  /** Of a range: why a value is not in it, or null. */
  readonly fault: (value: number) => string | null;
  /** How likely a sweep is to want it: least first. */
  readonly rank: number;
  /** Null where the text is not one of its values. */
  parse(text: string): KnobValue | null;
  /** Without repetitions, in the order of an axis. */
  order(values: readonly KnobValue[]): readonly KnobValue[];
}

export function idOf({ key, of }: Pick<Axis, 'key' | 'of'>): string {
  return of === 'knob' ? KNOB_PREFIX + key : key;
}

export function dimensionsOf(base: Settings): readonly Dimension[] {
  return [
    ...kernelOf(base)
      .knobs.filter(({ values }) => values.length > 1)
      .map(
        ({ key, title, unit = '', doc, values, fixed }): Dimension => ({
          id: KNOB_PREFIX + key,
          key,
          of: 'knob',
          title,
          unit,
          doc,
          legal: values,
          fault: () => null,
          rank: fixed ? 2 : 0,
          ...among(values),
        }),
      ),
    ...operationOf(base).parameters.map(
      (parameter): Dimension => ({
        id: parameter.key,
        key: parameter.key,
        of: 'shape',
        title: parameter.title,
        unit: parameter.unit ?? '',
        doc: parameter.doc,
        legal: legalOf(parameter),
        fault: (value) => parameterFault(parameter, value),
        rank: parameter.kind === 'size' && !parameter.advanced ? 1 : 3,
        ...(legalOf(parameter) ? among(legalOf(parameter) ?? []) : within(parameter)),
      }),
    ),
  ];
}

/** The values of a flag or a choice; null where any number in a range will do. */
function legalOf({ kind, min, max }: Parameter): readonly number[] | null {
  return kind === 'flag' || kind === 'choice' ? Array.from({ length: max - min + 1 }, (_, at) => min + at) : null;
}

function among(legal: readonly KnobValue[]): Pick<Dimension, 'parse' | 'order'> {
  return {
    parse: (text) => legal.find((value) => String(value) === text) ?? null,
    order: (values) => legal.filter((value) => values.includes(value)),
  };
}

function within(parameter: Parameter): Pick<Dimension, 'parse' | 'order'> {
  return {
    parse(text) {
      const value = text.trim() === '' ? Number.NaN : Number(text);
      return parameterFault(parameter, value) === null ? value : null;
    },
    order: (values) => [...new Set(values)].sort((a, b) => Number(a) - Number(b)),
  };
}

export function legalValue({ legal, fault }: Dimension, value: KnobValue): boolean {
  return legal ? legal.includes(value) : fault(Number(value)) === null;
}

/** The value that the settings give a dimension. */
export function valueIn({ key, of }: Pick<Axis, 'key' | 'of'>, settings: Settings): KnobValue {
  return of === 'knob' ? settings.knobs[key] : settings.shape[key];
}

export function initialValues(dimension: Dimension, base: Settings): readonly KnobValue[] {
  const value = valueIn(dimension, base);
  if (!dimension.legal) return powersOfTwo(dimension, Number(value), FIRST_HALVINGS, FIRST_DOUBLINGS);
  const most = dimension.legal.length - FIRST_VALUES;
  const first = Math.max(0, Math.min(most, dimension.legal.indexOf(value) - FIRST_VALUES / 2));
  return dimension.legal.slice(first, first + FIRST_VALUES);
}

/** Powers of two around a value, as far as they are in range; the value itself where none is. */
export function powersOfTwo(
  dimension: Dimension,
  value: number,
  halvings: number,
  doublings: number,
): readonly number[] {
  const middle = Math.max(0, Math.round(Math.log2(Math.max(1, value))));
  const powers = Array.from({ length: halvings + doublings + 1 }, (_, i) => 2 ** (middle - halvings + i));
  const fitting = powers.filter((power) => power >= 1 && dimension.fault(power) === null);
  return fitting.length > 0 ? fitting : [value];
}
