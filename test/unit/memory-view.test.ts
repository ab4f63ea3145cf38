/** What the Memory view shows of a probe on a device, without a browser. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import type { ProbeResult } from '../../src/lab/probe-result.ts';
import { findProbe, probes } from '../../src/probes/index.ts';
import type { Found, Probe } from '../../src/probes/types.ts';
import { wholeTicks } from '../../src/ui/parts/probe/scale.ts';
import { SHOWN_FIRST } from '../../src/ui/state/fingerprints.ts';
import { Sources } from '../../src/ui/state/sources.ts';
import { devicesOf, recordedResult } from '../../src/ui/views/memory/shown.ts';
import { standingOf } from '../../src/ui/views/memory/standing.ts';

const { results } = JSON.parse(readFileSync('bench/results/memory/llvmpipe.json', 'utf8')) as {
  readonly results: readonly ProbeResult[];
};
const resultOf = (id: string): ProbeResult => results.find(({ kernel }) => kernel === id) ?? expect.fail();

describe('a probe stands', () => {
  it('as correct where its outputs were compared, and as measured where their error is what it measures', () => {
    expect(standingOf(resultOf('stride'), false)).toMatchObject({ look: 'correct', word: 'correct' });
    expect(standingOf(resultOf('accuracy'), false)).toMatchObject({ look: 'idle', word: 'measured' });
    expect(standingOf(null, true).word).toBe('running');
    expect(standingOf(undefined, false).word).toBe('not run yet');
  });

  it('as outside of what is specified where a finding is', () => {
    const accuracy = resultOf('accuracy');
    const found = accuracy.found.map((one, at): Found => (at < 2 ? { ...one, outside: true } : one));
    expect(standingOf({ ...accuracy, found }, false)).toMatchObject({
      look: 'unresolved',
      word: `2 of ${found.length} outside what is specified`,
    });
  });
});

describe('recordings', () => {
  const sources = new Sources({ addController: () => undefined, requestUpdate: () => undefined } as never);
  const loaded = (id: string, probe: Probe) =>
    vi.waitFor(() => expect(sources.ofProbe(id, probe.id).kind).toBe('loaded'));

  it('have the probes that their device ran at other times too', async () => {
    for (const probe of probes) await loaded('llvmpipe', probe);
    expect(probes.filter((probe) => !recordedResult(sources, 'llvmpipe', probe)).map(({ id }) => id)).toEqual([]);
    // Each with its own date.
    const [own, other] = ['staircase', 'accuracy'].map((id) => sources.ofProbe('llvmpipe', id));
    expect(own.kind === 'loaded' && other.kind === 'loaded' && own.fingerprint.createdAt).not.toBe(
      other.kind === 'loaded' && other.fingerprint.createdAt,
    );
  });

  it('stand in the place of a device that is not there, and only there', async () => {
    const shown = (from: string, beside: string, isGone: boolean, id = 'staircase'): readonly string[] =>
      devicesOf({ from, beside }, isGone, sources, findProbe(id) as Probe);
    expect(shown('', '', false)).toEqual(['']);
    expect(shown('', '', true)).toEqual([SHOWN_FIRST]);
    expect(shown('', 'llvmpipe', true)).toEqual(['llvmpipe']);
    expect(shown('swiftshader', 'llvmpipe', true)).toEqual(['swiftshader', 'llvmpipe']);
    // Another one where it has not run the probe.
    await vi.waitFor(() => expect(shown('', '', true, 'run')).toEqual(['llvmpipe']));
  });
});

it('an axis of whole numbers has no ticks between them', () => {
  expect(wholeTicks([1, 2], 10)).toBe(1);
  expect(wholeTicks([1, 4], 10)).toBe(3);
  expect(wholeTicks([0, 512], 7)).toBe(7);
});
