/** Where a link has led: to the built file of a view, or to what a mailer or a chat has made of its name. */
import { decoded } from './reader.ts';

interface Arrived {
  readonly pathname: string;
  /** Each with its mark, or "". */
  readonly search: string;
  readonly hash: string;
}

/** A file of the build, and behind it what should have been apart from it: "kernel.html?op=matmul", "ladder.html).". */
const FILE = /^([\w-]+)\.html?(?![\w-])[^?#]*(?:\?([^#]*))?(#.*)?$/i;

/**
 * The page's own address, "?" included, for that of a file of its build; null where it is that already. `view` is the one
 * that the file names; undefined in `index.html` and `404.html`. `isLost` in the latter, which a host sends for a name that
 * it does not have: only there does the name say what was meant, for `index.html` may stand under any.
 */
export function arrival({ pathname, search, hash }: Arrived, view: string | undefined, isLost: boolean): string | null {
  if (view !== undefined) return inView(view, search) + hash;
  const file = isLost ? decoded(/[^/]*\/?$/.exec(pathname)?.[0] ?? '') : '';
  // A slash behind it does not make a folder of a file.
  if (file === '' || (file.endsWith('/') && !FILE.test(file))) return null;
  const [, name = file, query, fragment] = FILE.exec(file) ?? [];
  const asked = query === undefined ? search : `?${query}${search.replace(/^\?/, '&')}`;
  const isIndex = name.toLowerCase() === 'index';
  return (isIndex ? asked : inView(name.toLowerCase(), asked)) + (fragment ?? hash);
}

/**
 * A link of which somebody has percent-encoded the "#" has its fragment within its query. Returns both apart, each with
 * its mark.
 */
export function apart(search: string, hash: string): { readonly search: string; readonly hash: string } {
  const at = /(?:%(?:25)*23)(?=code(?:=|%))/i.exec(search);
  if (!at || hash !== '') return { search, hash };
  return { search: search.slice(0, at.index), hash: `#${search.slice(at.index + at[0].length)}` };
}

function inView(view: string, search: string): string {
  return /[?&]view=/i.test(search) ? search : `?view=${encodeURIComponent(view)}${search.replace(/^\?/, '&')}`;
}
