/** The range of a parameter, as a rule in words. */
import { withCommas } from '../../core/words.ts';
import type { Parameter } from '../../ops/types.ts';

/** Why a parameter cannot have this value, or null where it can. */
export function parameterFault(parameter: Parameter, value: number): string | null {
  const { min, max, kind, choices } = parameter;
  const range = choices
    ? choices.map((word, at) => `${at} (${word})`).join(' or ')
    : kind === 'flag'
      ? '0 or 1'
      : `${kind === 'size' ? 'a whole number' : 'a number'} from ${withCommas(min)} to ${withCommas(max)}`;
  const fits = Number.isFinite(value) && value >= min && value <= max && (kind === 'real' || Number.isInteger(value));
  return fits ? null : `${parameter.title} must be ${range}`;
}
