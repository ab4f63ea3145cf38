/** Outcomes of races as they are kept and found again. */
import type { RaceOutcome, RaceQuestion } from './types.ts';

/** The latest answer to a question. */
export function outcomeOf(outcomes: readonly RaceOutcome[], question: RaceQuestion): RaceOutcome | undefined {
  const key = questionKey(question);
  return outcomes.findLast((outcome) => questionKey(outcome) === key);
}

/** Equal for equal questions. */
export function questionKey({ adapter, op, dtype, shapeClass }: RaceQuestion): string {
  return JSON.stringify([adapter, op, dtype, shapeClass]);
}

/** Whether something that was kept is an outcome; whether its choice still stands is for the kernel that chooses to say. */
export function isOutcome(value: Partial<RaceOutcome> | null): value is RaceOutcome {
  const isQuestion = [value?.adapter, value?.op, value?.dtype, value?.shapeClass, value?.edition].every(
    (part) => typeof part === 'string',
  );
  const { kernel, knobs } = value?.winner ?? {};
  const isRecord = (part: unknown): boolean => typeof part === 'object' && part !== null;
  return (
    isQuestion &&
    typeof kernel === 'string' &&
    [knobs, value?.shape, value?.given].every(isRecord) &&
    Array.isArray(value?.times)
  );
}
