/** The inputs and gates of operations that only move values, which `../moves.ts` makes and judges. */
import type { Gate, InputCase, Problem } from '../types.ts';

export const MOVE_CASES: readonly InputCase[] = [
  { id: 'normal', title: 'Normal', exposes: 'elements out of place, and those never moved' },
  {
    id: 'wide',
    title: 'Long mantissas, many sizes',
    exposes: 'values that pass through a shorter format, are clamped, or dropped where they are small',
  },
];

export function moveGates(problem: Problem): readonly Gate[] {
  if (problem.input === 'wide') return [];
  return [{ name: 'long mantissas', problem: { ...problem, input: 'wide' }, isOther: true }];
}
