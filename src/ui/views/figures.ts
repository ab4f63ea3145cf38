/** What a file can be drawn as on another page: every folder here with a `figure.ts`. Nothing else lists them. */
import type { TemplateResult } from 'lit';
import { Refusal } from '../../core/errors.ts';
import type { Holding, Opened } from '../state/files/opened.ts';

export interface Drawn {
  readonly content: TemplateResult;
  /** The address at which the page shows the same, from its folder on. */
  readonly search: string;
}

/** The default export of a `figure.ts`. */
export interface FigureSpec {
  /** The kinds that it draws, as a sentence names them. */
  readonly kinds: readonly string[];
  /** Whether it draws such a file as that kind. */
  fits(kind: string, holding: Holding): boolean;
  /** Throws a `Refusal` where the file has nothing of the kind after all. */
  load(): Promise<{ draw(file: Opened, kind: string): Drawn }>;
}

const specs = import.meta.glob<FigureSpec>('./*/figure.ts', { eager: true, import: 'default' });

/** Draws a file. Throws a `Refusal` where it cannot be drawn as that kind. */
export async function drawFigure(file: Opened, kind: string): Promise<Drawn> {
  const all = Object.values(specs);
  const spec = all.find((one) => one.fits(kind, file.holding));
  if (spec) {
    const { draw } = await spec.load();
    return draw(file, kind);
  }
  const kinds = all.flatMap((one) => one.kinds).join(', ');
  throw new Refusal(`This file cannot be drawn as kind="${kind}": there are ${kinds}, each of its own files.`);
}
