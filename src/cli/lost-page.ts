/**
 * The page that static hosts send for a name that they do not have, at whatever depth the name is. In the page's own folder
 * the page itself makes out what was meant ("kernel.html)."). Below a folder that does not exist a build for any path finds
 * none of its files, since their addresses are relative: the nearest folder above that has the page is looked for, and the
 * link opened there.
 */
import { createHash } from 'node:crypto';

/**
 * Runs where the page's own script could not be loaded. A folder has the page if it has the page of a view. What the link
 * names is the last part of its path, be it a file or, with a slash behind it, taken for a folder.
 */
const FIND = `addEventListener('error', async ({ target }) => {
  if (!(target instanceof HTMLScriptElement)) return;
  const here = location.pathname;
  const parts = here.split('/').filter(Boolean);
  for (let depth = parts.length - 1; depth >= 0; depth--) {
    const folder = ['', ...parts.slice(0, depth), ''].join('/');
    if (folder === here.slice(0, here.lastIndexOf('/') + 1)) continue;
    const answer = await fetch(folder + 'kernel.html').catch(() => null);
    if (!answer?.ok || !(await answer.text()).includes('data-view="kernel"')) continue;
    location.replace(folder + parts.at(-1) + location.search + location.hash);
    return;
  }
  document.querySelector('main').hidden = false;
}, true);`;

const TEXT = `    <main hidden>
      <h1>Tilescope</h1>
      <p>There is no page at this address. <a href="../">Try the folder above it</a></p>
    </main>
`;

/** Makes it of `index.html` as it is built. Throws an Error where that was put together otherwise. */
export function lostPage(html: string): string {
  const hash = createHash('sha256').update(FIND).digest('base64');
  const edits: readonly (readonly [RegExp, string])[] = [
    [/<html\b/, '<html data-lost'],
    // The one script within a page that is allowed, by its text.
    [/script-src (&#39;|')self\1/, `script-src $1self$1 $1sha256-${hash}$1`],
    [/(?=[ \t]*<script type="module")/, `    <script>${FIND.replaceAll('$', '$$$$')}</script>\n`],
    [/(?<=<body>\n)/, TEXT],
    // Where the page's own script is not there, neither are these.
    [/[ \t]*<link rel="modulepreload"[^>]*>\n/g, ''],
  ];
  return edits.reduce((text, [pattern, by]) => {
    if (text.search(pattern) < 0) throw new Error(`index.html has nothing that fits ${pattern}.`);
    return text.replace(pattern, by);
  }, html);
}
