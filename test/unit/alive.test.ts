/** Signs of life: often enough not to be given up, and nothing that would be counted twice. */
import { expect, it } from 'vitest';
import { Alive } from '../../src/lab/alive.ts';
import type { Progress } from '../../src/lab/protocol.ts';
import type { Row } from '../../src/probes/types.ts';

const step: Progress = { kind: 'step', index: 0, phase: 'time', done: 3, total: 9 };
const row: Progress = { kind: 'row', index: 0, row: {} as Row, peakBytes: 0 };

it('repeats the latest step where nothing was told for ten seconds, and never a row', () => {
  let ms = 0;
  const told: Progress[] = [];
  const alive = new Alive(
    (progress) => told.push(progress),
    () => ms,
  );
  alive.tell(step);
  alive.tell(row);
  for (; ms < 9000; ms += 500) alive.beat();
  expect(told).toEqual([step, row]);
  for (; ms <= 60_000; ms += 500) alive.beat();
  expect(told).toEqual([step, row, ...Array(6).fill(step)]);
});

it('has nothing to repeat before the first step', () => {
  const told: Progress[] = [];
  const alive = new Alive(
    (progress) => told.push(progress),
    () => 1e6,
  );
  alive.tell(row);
  alive.beat();
  expect(told).toEqual([row]);
});
