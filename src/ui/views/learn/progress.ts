/** How far into a lesson the reader may see: up to the first prediction whose outcome is not there yet. */
import { evaluate, evidenceOf } from '../../../lessons/numbers.ts';
import type { Block, Data, Lesson, Prediction } from '../../../lessons/types.ts';
import type { Guess } from '../../state/answers.ts';

export interface SeenStep {
  readonly title: string;
  readonly blocks: readonly Block[];
}

export interface Progress {
  readonly steps: readonly SeenStep[];
  /** The prediction that the reader is at; null where all are done. */
  readonly at: Prediction | null;
}

interface Known {
  guess(prediction: Prediction): Guess | undefined;
  data(evidence: string): Data | null;
  /** Whether its outcome can never be there: no recording, and no GPU. */
  isOutOfReach(prediction: Prediction): boolean;
}

export function progressOf(lesson: Lesson, known: Known): Progress {
  const steps: SeenStep[] = [];
  for (const { title, blocks } of lesson.steps) {
    const seen: Block[] = [];
    steps.push({ title, blocks: seen });
    for (const block of blocks) {
      seen.push(block);
      if (block.kind !== 'predict') continue;
      const { predict } = block;
      const isOpen = known.guess(predict) === undefined || !isThere(lesson, predict, known);
      if (isOpen && !(known.guess(predict) !== undefined && known.isOutOfReach(predict))) return { steps, at: predict };
    }
  }
  return { steps, at: null };
}

function isThere(lesson: Lesson, { outcome }: Prediction, { data }: Known): boolean {
  return evaluate(outcome, lesson.numbers, data) !== null;
}

/** What the figures seen are drawn from, apart from what the reader is still to predict. */
export function shownEvidence(lesson: Lesson, { steps, at }: Progress): readonly string[] {
  const pending = at ? evidenceOf(at.outcome, lesson.numbers) : [];
  const shown = steps.flatMap(({ blocks }) =>
    blocks.flatMap((block) => (block.kind === 'figure' ? [block.figure.of].flat() : [])),
  );
  return [...new Set(shown)].filter((id) => !pending.includes(id));
}

/** Predictions of a lesson, in order. */
export function predictionsOf({ steps }: Lesson): readonly Prediction[] {
  return steps.flatMap(({ blocks }) => blocks.flatMap((block) => (block.kind === 'predict' ? [block.predict] : [])));
}
