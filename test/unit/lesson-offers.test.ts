/** What leaves a lesson: every document that its figures save is one that the page opens again, and draws as it is said to. */
import { readdirSync, readFileSync } from 'node:fs';
import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, expect, it, test, vi } from 'vitest';
import memorySchema from '../../bench/memory.schema.json' with { type: 'json' };
import recordingSchema from '../../bench/recording.schema.json' with { type: 'json' };
import resultSchema from '../../bench/result.schema.json' with { type: 'json' };
import traceSchema from '../../bench/trace.schema.json' with { type: 'json' };
import { readLesson } from '../../src/cli/lessons/read.ts';
import { Stored } from '../../src/cli/lessons/stored.ts';
import { defaultCapabilities } from '../../src/lab/plan.ts';
import type { Figure, Lesson } from '../../src/lessons/types.ts';
import type { Offer } from '../../src/ui/parts/ts-share.ts';
import { opened } from '../../src/ui/state/files/opened.ts';
import { heldIn } from '../../src/ui/state/files/read.ts';
import { Ledger } from '../../src/ui/state/ledger.ts';
import { Runs } from '../../src/ui/state/runs.ts';
import { drawFigure } from '../../src/ui/views/figures.ts';
import { EvidenceBook, type Shown } from '../../src/ui/views/learn/evidence.ts';
import { offerOf } from '../../src/ui/views/learn/offer.ts';

// Elements that draw ask the browser for its theme when they are defined.
beforeAll(() => void vi.stubGlobal('matchMedia', () => ({ matches: false })));

const FOLDER = 'src/lessons';
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.md'));

/** A lesson with all of its recordings shown. */
async function played(name: string): Promise<{ readonly lesson: Lesson; readonly book: EvidenceBook }> {
  const path = `${FOLDER}/${name}`;
  const lesson = readLesson(path, readFileSync(path, 'utf8'), new Stored('.'));
  const nothing = (): undefined => undefined;
  const view = {
    ledger: new Ledger(),
    device: { kind: 'opening' as const },
    updateComplete: Promise.resolve(true),
    addController: nothing,
    removeController: nothing,
    requestUpdate: nothing,
  };
  const book = new EvidenceBook(
    view,
    new Runs(view, nothing),
    nothing,
    () => false,
    () => defaultCapabilities,
  );
  book.open(lesson.evidence);
  await book.play(Object.keys(lesson.evidence));
  return { lesson, book };
}

const ajv = () => new Ajv2020({ allErrors: true, allowUnionTypes: true, strictTypes: false });
const schemas = {
  result: ajv().compile(resultSchema),
  memory: ajv().compile(memorySchema),
  trace: ajv().compile(traceSchema),
  recording: ajv().addSchema(traceSchema, 'trace.schema.json').compile(recordingSchema),
};

function schemaOf(document: { readonly command?: string; readonly result?: object }): ValidateFunction {
  if (document.result) return schemas.recording;
  if (document.command === 'trace') return schemas.trace;
  return document.command === undefined ? schemas.result : schemas.memory;
}

function figuresOf({ steps }: Lesson): readonly Figure[] {
  return steps.flatMap(({ blocks }) => blocks.flatMap((block) => (block.kind === 'figure' ? [block.figure] : [])));
}

function offered(lesson: Lesson, book: EvidenceBook, figure: Figure): Offer {
  const shown = [figure.of].flat().flatMap((id): Shown | readonly Shown[] => book.of(id) ?? []);
  const items = (id: string) => book.items(id);
  return offerOf({ lesson, figure, shown, device: { kind: 'opening' }, items, chart: () => null });
}

test.each(files)('%s: what its figures save is opened again, with whose it is, and drawn', async (name) => {
  const { lesson, book } = await played(name);
  const figures = figuresOf(lesson);
  expect(figures.length).toBeGreaterThan(0);
  for (const figure of figures) {
    const offer = offered(lesson, book, figure);
    expect(offer.name).toMatch(/^lesson-[a-z0-9-]+$/);
    expect(offer.json ?? offer.table ?? null, figure.kind).not.toBeNull();
    const table = await offer.table?.();
    if (table) {
      expect(table.rows.length, `${figure.kind} of ${figure.of}`).toBeGreaterThan(0);
      for (const row of table.rows) expect(row.length).toBe(table.columns.length);
    }
    if (!offer.json) continue;
    const document = JSON.parse(JSON.stringify(await offer.json()));
    const schema = schemaOf(document);
    schema(document);
    expect(schema.errors, `${figure.kind} of ${figure.of}`).toBeNull();
    const file = opened('figure.json', heldIn(JSON.stringify(document)));
    expect(file.notices, `${figure.kind} of ${figure.of}`).toEqual([]);
    expect(file.origin.host).toBe('dawn');
    if (offer.figure !== null) await drawFigure(file, offer.figure);
  }
});

it('has no run that a figure leaves out, and the text that was edited', async () => {
  const { lesson, book } = await played('12_trust.md');
  const figure = figuresOf(lesson).find(({ kind }) => kind === 'verdict') as Figure;
  const document = (await offered(lesson, book, figure).json?.()) as {
    readonly results: readonly { readonly status: string; readonly source?: { readonly text: string } }[];
  };
  expect(document.results).toHaveLength(1);
  expect(document.results[0].source?.text).toMatch(/@compute/);
});

it('is a table and no document where its recording names no adapter', async () => {
  const { lesson, book } = await played('4_tiles.md');
  const figure = figuresOf(lesson).find(({ kind }) => kind === 'runs') as Figure;
  expect(offered(lesson, book, figure).json).toBeInstanceOf(Function);
  const of = book.of.bind(book);
  vi.spyOn(book, 'of').mockImplementation((id) => ({ ...(of(id) as Shown), place: null }));
  const offer = offered(lesson, book, figure);
  expect([offer.json, offer.figure]).toEqual([undefined, null]);
  expect((await offer.table?.())?.rows.length).toBeGreaterThan(0);
});

it('is a figure for other pages where there is a kind for it', async () => {
  const kinds: (string | null)[] = [];
  for (const name of ['2_coalescing.md', '4_tiles.md', '7_roofline.md']) {
    const { lesson, book } = await played(name);
    for (const figure of figuresOf(lesson)) kinds.push(`${figure.kind}: ${offered(lesson, book, figure).figure}`);
  }
  expect(kinds).toEqual(
    expect.arrayContaining([
      'request: trace',
      'traffic: null',
      'runs: ladder',
      'steps: steps',
      'curve: sweep',
      'probe: roofs',
      'roofline: roofline',
    ]),
  );
});
