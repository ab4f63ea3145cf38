/** Lists of links, and the names that they go by. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Probe } from '../../../probes/types.ts';

/** "Staircase", of "Staircase: latency and bandwidth against the working set". */
export function shortTitle({ title }: Probe): string {
  return title.split(':')[0];
}

/** A place on the page: its address, which cannot carry an opened file, and how to go there with what is open. */
export interface Link {
  readonly name: string;
  /** The name for those who do not see what stands around it, where that tells it apart from others. */
  readonly label?: string;
  readonly href: string;
  go(): void;
}

/** Links with commas between them. */
export function linked(all: readonly Link[]): readonly TemplateResult[] {
  return all.map(
    ({ name, label, href, go }, at) =>
      html`${at > 0 ? ', ' : ''}<a href=${href} aria-label=${label ?? nothing} @click=${(event: MouseEvent) => follow(event, go)}>${name}</a>`,
  );
}

/** Another tab has only the address to go by. */
function follow(event: MouseEvent, go: () => void): void {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go();
}
