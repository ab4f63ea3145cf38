/** Knobs by the titles of their controls, where rules call them by the names that the WGSL has for them. */
import type { Change } from '../../core/errors.ts';
import type { Knob } from '../../kernels/types.ts';
import { stopped, typeset } from '../look/format.ts';

/** A rule in the words of the controls: "Workgroup width 64", where it says "WX 64" or "WX=64". */
export function titled(text: string, knobs: readonly Knob[]): string {
  return knobs
    .filter(({ key }) => /^[A-Z][A-Z0-9_]+$/.test(key))
    .reduce(
      (said, { key, title }) =>
        said.replaceAll(new RegExp(`\\b${key}(?:=|\\b)`, 'g'), (name) => (name.endsWith('=') ? `${title} ` : title)),
      text,
    );
}

/** A rule as a sentence of the page. */
export function ruleText(rule: string, knobs: readonly Knob[]): string {
  return stopped(typeset(titled(rule, knobs)));
}

/** "Workgroup width 8 and Workgroup height 16". */
export function changeWords(change: Change, knobs: readonly Knob[]): string {
  return Object.entries(change)
    .map(([key, value]) => `${knobs.find((knob) => knob.key === key)?.title ?? key} ${value}`)
    .join(' and ');
}
