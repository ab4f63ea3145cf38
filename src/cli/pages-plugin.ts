/**
 * Vite's plugin that makes one HTML file a view of the one index.html: those who fetch previews of links run no script, so
 * that each file names its view and has a title, a description and a picture of its own. The file of a view opens the
 * page in it; `index.html` with `?view=` goes on doing the same.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin, Rollup } from 'vite';
import { lostPage } from './lost-page.ts';

/** What a file says of its view. */
interface View {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Its place in the menu. */
  readonly order: number;
}

/** Every folder with such a file is a view. */
const SPEC = /\/src\/ui\/views\/[^/]+\/spec\.ts$/;
const FIGURES = 'src/ui/figures';
/** Pictures of 1,200 by 630 pixels, as `npm run pictures` takes them. */
const PICTURES = 'docs/images/preview';
const SIZE = { width: 1200, height: 630 } as const;

export function pagesPlugin(root: string): Plugin {
  /** Where the page will be found; null where only its path is known, or not even that. */
  let site: URL | null = null;
  const found = new Map<string, View>();
  /** What figure.html runs. */
  let frame = '';
  return {
    name: 'a-page-for-each-view',
    apply: 'build',
    config({ base }) {
      if (base === undefined || !/^https?:/.test(base)) return null;
      site = new URL(base);
      return { base: site.pathname };
    },
    buildStart() {
      // A plain script, which needs nothing but itself.
      this.emitFile({ type: 'chunk', id: join(root, FIGURES, 'embed.ts'), fileName: 'figure.js' });
      frame = this.emitFile({ type: 'chunk', id: join(root, FIGURES, 'frame.ts'), name: 'figure-frame' });
    },
    transform: {
      // As JavaScript.
      order: 'post',
      handler(code, id) {
        if (!SPEC.test(id)) return;
        const said = saidIn(this.parse(code));
        const view = viewOf(said);
        if (!view) this.error(`${id} must say id, title, description and order in so many words.`);
        found.set(view.id, view);
        // Nobody reads it in the page itself, which is to come fast.
        const [start, end] = said.get('description')?.place ?? [0, 0];
        return { code: `${code.slice(0, start)}''${code.slice(end)}`, map: null };
      },
    },
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const index = bundle['index.html'];
        if (index?.type !== 'asset') this.error('There is no index.html to make the pages of.');
        const html = String(index.source);
        const views = [...found.values()].sort((a, b) => a.order - b.order);
        const pictures = new Map<string, string>();
        for (const { id } of views) {
          const path = join(root, PICTURES, `${id}.png`);
          if (!existsSync(path)) continue;
          pictures.set(id, `preview/${id}.png`);
          this.emitFile({ type: 'asset', fileName: `preview/${id}.png`, source: readFileSync(path) });
        }
        // Of a view whose picture has not been taken yet.
        const [spare] = pictures.values();
        for (const view of views) {
          const name = `${view.id}.html`;
          const picture = pictures.get(view.id) ?? spare;
          this.emitFile({ type: 'asset', fileName: name, source: pageOf(html, view, name, picture, site) });
        }
        this.emitFile({ type: 'asset', fileName: 'figure.html', source: figureOf(html, this.getFileName(frame)) });
        this.emitFile({ type: 'asset', fileName: '404.html', source: withHead(lostPage(html), NOT_FOR_SEARCH) });
        index.source = withHead(html, headOf(plain(titleIn(html)), plain(descriptionIn(html)), '', spare, site));
      },
    },
  };
}

/** What the default export of a `spec.ts` says in so many words, and where. */
type Said = ReadonlyMap<string, Literal>;
interface Literal {
  readonly value: string | number;
  readonly place: readonly [start: number, end: number];
}

function saidIn(program: ReturnType<Rollup.PluginContext['parse']>): Said {
  const said = new Map<string, Literal>();
  const exported = program.body.find((node) => node.type === 'ExportDefaultDeclaration')?.declaration;
  if (exported?.type !== 'ObjectExpression') return said;
  for (const property of exported.properties) {
    if (property.type !== 'Property' || property.key.type !== 'Identifier') continue;
    const { value: node } = property;
    if (node.type === 'Literal' && (typeof node.value === 'string' || typeof node.value === 'number'))
      said.set(property.key.name, { value: node.value, place: [node.start, node.end] });
  }
  return said;
}

/** Of its view; null where it leaves something out. */
function viewOf(said: Said): View | null {
  const [id, title, description, order] = ['id', 'title', 'description', 'order'].map((name) => said.get(name)?.value);
  if (typeof id !== 'string' || typeof title !== 'string' || typeof description !== 'string') return null;
  return typeof order === 'number' ? { id, title, description, order } : null;
}

/** The same page around another script: figures on other pages are drawn in it. */
function figureOf(html: string, script: string): string {
  const bare = html.replace(/[ \t]*<link rel="modulepreload"[^>]*>\n/g, '');
  const [, path] = SCRIPT.exec(bare) ?? [];
  const own = replaced(bare, SCRIPT, `<script type="module" crossorigin src="${path}${script.replace(/^.*\//, '')}">`);
  const titled = replaced(own, /<title>[^<]*<\/title>/, '<title>Figure · Tilescope</title>');
  return withHead(titled, NOT_FOR_SEARCH);
}

const NOT_FOR_SEARCH = '    <meta name="robots" content="noindex" />\n';

const SCRIPT = /<script type="module" crossorigin src="([^"]*\/)[^"/]*">/;

function pageOf(html: string, view: View, name: string, picture: string | undefined, site: URL | null): string {
  const title = `${view.title} · Tilescope`;
  const own = replaced(
    replaced(
      replaced(html, /<html\b/, `<html data-view="${escaped(view.id)}"`),
      /<title>[^<]*<\/title>/,
      `<title>${escaped(title)}</title>`,
    ),
    DESCRIPTION,
    `<meta name="description" content="${escaped(view.description)}" />`,
  );
  return withHead(own, headOf(title, view.description, name, picture, site));
}

const DESCRIPTION = /<meta\s+name="description"\s+content="([^"]*)"\s*\/?>/;

function titleIn(html: string): string {
  return /<title>([^<]*)<\/title>/.exec(html)?.[1] ?? '';
}

function descriptionIn(html: string): string {
  return DESCRIPTION.exec(html)?.[1] ?? '';
}

/** Open Graph, which chats and networks read (https://ogp.me), and the address by which the page is known. */
function headOf(
  title: string,
  description: string,
  name: string,
  picture: string | undefined,
  site: URL | null,
): string {
  const at = (path: string): string => (site ? new URL(path, site).href : path);
  const tags: readonly (readonly [property: string, content: string])[] = [
    ['og:type', 'website'],
    ['og:site_name', 'Tilescope'],
    ['og:title', title],
    ['og:description', description],
    ...(site ? [['og:url', at(name)] as const] : []),
    ...(picture
      ? ([
          ['og:image', at(picture)],
          ['og:image:width', String(SIZE.width)],
          ['og:image:height', String(SIZE.height)],
        ] as const)
      : []),
  ];
  const card = `<meta name="twitter:card" content="${picture ? 'summary_large_image' : 'summary'}" />`;
  return [...tags.map(([property, content]) => `<meta property="${property}" content="${escaped(content)}" />`), card]
    .map((tag) => `    ${tag}\n`)
    .join('');
}

function withHead(html: string, head: string): string {
  return replaced(html, /[ \t]*<\/head>/, `${head}  </head>`);
}

/** A page that was put together otherwise must not go out with another view's words. */
function replaced(html: string, pattern: RegExp, by: string): string {
  if (!pattern.test(html)) throw new Error(`index.html has nothing that fits ${pattern}.`);
  return html.replace(pattern, () => by);
}

function plain(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
