import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type EventOf, emit } from '../../src/ui/state/events.ts';

const ROOT = 'src/ui';
const EVENTS = 'state/events.ts';
const texts = new Map(
  readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]),
);
const all = [...texts.values()].join('\n');

/** Names in the declarations of `Events`: the page's, and those that a view adds for its own elements. */
const declared = [...all.matchAll(/interface Events \{\n(.*?)\n {0,2}\}\n/gs)].flatMap(([, body]) =>
  [...body.matchAll(/^ +'?([a-z-]+)'?: /gm)].map(([, name]) => name),
);

describe('the events of the page', () => {
  it('carry their detail, and rise through shadow roots only where they are meant to', () => {
    const target = new EventTarget();
    const seen: CustomEvent[] = [];
    for (const name of ['knob-change', 'cell-select', 'run'])
      target.addEventListener(name, (event) => seen.push(event as CustomEvent));
    emit(target, 'knob-change', { key: 'TILE', value: 8 });
    emit(target, 'cell-select', { id: '8,16' });
    emit(target, 'run');
    const [knob, cell, run] = seen;
    expect((knob as EventOf<'knob-change'>).detail).toEqual({ key: 'TILE', value: 8 });
    expect([knob.bubbles, knob.composed]).toEqual([true, true]);
    expect((cell as EventOf<'cell-select'>).detail.id).toBe('8,16');
    expect([cell.bubbles, cell.composed]).toEqual([false, false]);
    expect(run.detail).toBeNull();
  });

  it('are dispatched in one place', () => {
    const elsewhere = [...texts].filter(([path, text]) => path !== EVENTS && /dispatchEvent|CustomEvent/.test(text));
    expect(elsewhere.map(([path]) => path)).toEqual([]);
  });

  it.each(declared)('%s is dispatched somewhere and listened to somewhere', (name) => {
    expect(all).toMatch(new RegExp(`emit\\(this, '${name}'`));
    expect(all).toMatch(new RegExp(`@${name}=\\$\\{`));
  });

  it('are all that elements listen to beside what the browser itself has', () => {
    const native = /^(click|change|input|keydown|focus|toggle|pointerdown|pointerenter)$/;
    const heard = new Set([...all.matchAll(/ @([a-z-]+)=\$\{/g)].map(([, name]) => name));
    expect([...heard].filter((name) => !native.test(name)).sort()).toEqual([...declared].sort());
  });
});
