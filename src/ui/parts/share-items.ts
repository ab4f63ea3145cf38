/** What the menu “Share and save…” lists, and how each leaves the page; loaded when the menu is first opened. */
import { save } from '../state/files/save.ts';
import type { Table } from '../state/files/table.ts';
import type { Offer } from './ts-share.ts';

export interface Item {
  readonly id: string;
  readonly label: string;
  /** What is said of it then; null where there is nothing to save. */
  readonly act: (() => Promise<string>) | null;
}

const JSON_TYPE = 'application/json';

/** Where figures on other pages have their script from. */
const SCRIPT = 'figure.js';

export function itemsOf(offer: Offer): readonly Item[] {
  const { json, table, chart, link, figure, name } = offer;
  const hasClipboard = globalThis.navigator?.clipboard !== undefined;
  const items: (Item | null)[] = [
    link && hasClipboard ? { id: 'link', label: 'Copy link', act: () => copied(link(), 'Link') } : null,
    json === undefined
      ? null
      : {
          id: 'json',
          label: 'Save as JSON',
          act: json && (async () => saved(`${name}.json`, JSON_TYPE, text(await json()))),
        },
    table === undefined
      ? null
      : { id: 'csv', label: 'Save the table as CSV', act: table && (() => saveTable(name, table)) },
    ...(['svg', 'png'] as const).map((form) =>
      chart === undefined
        ? null
        : {
            id: form,
            label: `Save the chart as ${form.toUpperCase()}`,
            act: chart && (() => savePicture(offer, chart, form)),
          },
    ),
    figure !== null && hasClipboard
      ? {
          id: 'figure',
          label: 'Copy as a figure for your page',
          act: json ? () => copied(Promise.resolve(embed(name, figure)), 'HTML') : null,
        }
      : null,
  ];
  return items.filter((item) => item !== null);
}

async function saveTable(name: string, table: () => Promise<Table>): Promise<string> {
  const { csv } = await import('../state/files/table.ts');
  return saved(`${name}.csv`, 'text/csv;charset=utf-8', csv(await table()));
}

async function savePicture({ name, title }: Offer, chart: () => Element | null, form: 'svg' | 'png'): Promise<string> {
  const { pictureOf, pngOf, svgText } = await import('../look/picture.ts');
  const element = chart();
  if (!element) return 'There is no chart yet.';
  const picture = pictureOf(element, title);
  const file = `${name}.${form}`;
  return form === 'svg'
    ? saved(file, 'image/svg+xml', svgText(picture))
    : saved(file, 'image/png', await pngOf(picture));
}

/** Two lines: the script, and the figure of the file that “Save as JSON” has saved. */
function embed(name: string, kind: string): string {
  const script = new URL(SCRIPT, new URL('.', location.href)).href;
  return `<script src="${script}" async></script>\n<tilescope-figure src="${name}.json" kind="${kind}"></tilescope-figure>\n`;
}

function text(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Safari lets a page copy only in the click itself: words that are still to come are promised there. */
async function copied(words: Promise<string>, what: string): Promise<string> {
  const { clipboard } = navigator;
  if ('ClipboardItem' in window) {
    const type = 'text/plain';
    const blob = words.then((text) => new Blob([text], { type }));
    await clipboard.write([new ClipboardItem({ [type]: blob })]);
  } else {
    // Firefox before 127, which allows it for some seconds after the click, and some web views.
    await clipboard.writeText(await words);
  }
  return `${what} copied.`;
}

function saved(name: string, type: string, content: BlobPart): string {
  save(name, type, content);
  return `Saved ${name}.`;
}
