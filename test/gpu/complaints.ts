/** What a test holds against results: all that is neither right nor refused for a reason that the test allows. */
import { isFault, verdictWords } from '../../src/lab/outcome.ts';
import type { Result } from '../../src/lab/result.ts';

/** Rules that a kernel may break for want of a better device. */
const DEVICE_RULES: readonly string[] = [
  'feature',
  'buffer-bytes',
  'invocations',
  'workgroup-side',
  'storage-buffers',
  'workgroup-memory',
  'grid',
  'subgroup-lanes',
];

export const isOfDevice = (rule: string): boolean => DEVICE_RULES.includes(rule);

/** What is not right, or not as wrong as a lesson is meant to be, in words; only rules that are `allowed` may refuse. */
export function complaints(results: readonly Result[], allowed: (rule: string) => boolean): string[] {
  return results
    .filter((result) => isFault(result) || (result.status === 'refused' && !allowed(result.refusal?.rule ?? '')))
    .map((result) => {
      const { kernel, dtype, shape, knobs, input, reason } = result;
      return [kernel, dtype, JSON.stringify(shape), JSON.stringify(knobs), input, verdictWords(result), reason].join(
        ' ',
      );
    });
}
