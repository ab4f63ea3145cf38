/** The evidence of a lesson: what is made here stays on the page while it is made again. */
import type { ReactiveControllerHost } from 'lit';
import { expect, it } from 'vitest';
import { defaultCapabilities } from '../../src/lab/plan.ts';
import type { BenchRequest, CallOptions, Host, Method, Methods } from '../../src/lab/protocol.ts';
import type { Result } from '../../src/lab/result.ts';
import type { Evidence, Run } from '../../src/lessons/types.ts';
import { Ledger } from '../../src/ui/state/ledger.ts';
import { Runs } from '../../src/ui/state/runs.ts';
import { EvidenceBook, originWords } from '../../src/ui/views/learn/evidence.ts';

class View implements ReactiveControllerHost {
  readonly ledger = new Ledger();
  readonly device = { kind: 'opening' } as const;
  readonly updateComplete = Promise.resolve(true);
  addController(): void {}
  removeController(): void {}
  requestUpdate(): void {}
}

/** A host that answers every request, and looks around before it does. */
class Looking implements Host {
  readonly name = 'looking';
  calls = 0;
  look = (): void => {};

  async call<M extends Method>(_: M, params: Methods[M]['params'], options: CallOptions = {}) {
    this.look();
    this.calls++;
    const results = (params as BenchRequest).requests.map(
      ({ op, kernel }) => ({ op, kernel, status: 'correct', seed: this.calls, measures: [] }) as unknown as Result,
    );
    for (const [index, result] of results.entries()) options.onProgress?.({ kind: 'result', index, result });
    return { results, restart: false, liveBytes: 0 } as unknown as Methods[M]['reply'];
  }

  async close(): Promise<void> {}
}

const RUN: Run = {
  label: 'a',
  op: 'neuron',
  kernel: '2_row_major',
  shape: {},
  dtype: 'f32',
  knobs: {},
  input: null,
  edit: null,
};

it('of an earlier run is shown until the next one has a result, but not on another device', async () => {
  const view = new View();
  const book = new EvidenceBook(
    view,
    new Runs(view, () => undefined),
    () => undefined,
    () => false,
    () => defaultCapabilities,
  );
  const runs: Evidence = { kind: 'runs', title: 'runs', runs: [RUN], recorded: null };
  const host = new Looking();
  book.open({ runs, same: runs });
  const shown = (id = 'runs'): unknown => {
    const data = book.of(id)?.data;
    return data?.kind === 'runs' ? data.results.map(({ seed }) => seed) : null;
  };
  host.look = () => expect(shown()).toBeNull();
  await book.make(host, ['runs']);
  expect(shown()).toEqual([1]);

  let looked = 0;
  host.look = () => {
    looked++;
    expect(shown()).toEqual([1]);
  };
  await book.make(host, ['runs']);
  // Evidence that has the same runs sets the results of the first aside, too.
  host.look = () => expect(shown()).toEqual([2]);
  await book.make(host, ['same']);
  expect([looked, shown(), shown('same')]).toEqual([1, [3], [3]]);

  view.ledger.forget();
  host.look = () => expect(shown()).toBeNull();
  await book.make(host, ['runs']);
});

it('of several origins says which piece is of which', () => {
  const here = { title: 'the roofs probe', origin: null };
  const there = { title: 'a layer', origin: 'Recorded on a card.' };
  expect(originWords([there, { ...here, origin: 'Recorded on a card.' }])).toBe('Recorded on a card.');
  expect(originWords([there, here])).toBe('A layer: recorded on a card. The roofs probe: made on this device.');
});
