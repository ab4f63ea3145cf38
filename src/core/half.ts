/** binary16, through a well-tested library: few engines have it themselves yet. */
import { f16round } from '@petamoriken/float16';
import type { DType } from './format.ts';

export { Float16Array } from '@petamoriken/float16';

/** Rounds a float64 to the nearest value of the storage type, ties to even. */
export function round(value: number, dtype: DType): number {
  return dtype === 'f16' ? f16round(value) : Math.fround(value);
}
