/** What a file can be drawn as on another page: every folder here with a `figure.ts`. Nothing else lists them. */
import type { TemplateResult } from 'lit';
import { Refusal } from '../../core/errors.ts';
import type { Holding, Opened } from '../state/files/opened.ts';
import type { Settings } from '../state/settings.ts';

export interface Drawn {
  /** What it is of: whoever reads another page knows nothing of the file. */
  readonly title: string;
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
  /** The kind that results are drawn as where nobody asks for one; null where this draws them as none. */
  usual?(holding: Holding): string | null;
  /** Throws a `Refusal` where the file has nothing of the kind after all. */
  load(): Promise<{ draw(file: Opened, kind: string): Drawn }>;
}

const specs = import.meta.glob<FigureSpec>('./*/figure.ts', { eager: true, import: 'default' });

/** What results can be drawn as; null where there is no figure of them. */
export function kindOf(all: readonly Settings[]): string | null {
  const holding = { kind: 'results', all } as const;
  return Object.values(specs).reduce<string | null>((kind, spec) => kind ?? spec.usual?.(holding) ?? null, null);
}

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
