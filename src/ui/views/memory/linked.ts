/** Lists of links, and the names that they go by. */
import { html, type TemplateResult } from 'lit';
import type { Probe } from '../../../probes/types.ts';

/** "Staircase", of "Staircase: latency and bandwidth against the working set". */
export function shortTitle({ title }: Probe): string {
  return title.split(':')[0];
}

/** Links with commas between them. */
export function linked(all: readonly (readonly [name: string, href: string])[]): readonly TemplateResult[] {
  return all.map(([name, href], at) => html`${at > 0 ? ', ' : ''}<a href=${href}>${name}</a>`);
}
