/** Links that leave the page: each to the built file of its view, which those who fetch previews read. */

/**
 * A link to what is shown: `search` is its part of the address, `code` the edited text, undefined where it is the saved
 * one. Served from its sources the page is one file.
 */
export async function linkTo(search: string, code?: string): Promise<string> {
  const query = new URLSearchParams(search);
  const view = query.get('view');
  const isBuilt = !import.meta.env.DEV;
  if (isBuilt) query.delete('view');
  const page = isBuilt && view !== null ? `${view}.html` : '';
  const fragment = code === undefined ? '' : await (await import('./link-code.ts')).toFragment(code);
  return new URL(`${page}${query.size > 0 ? `?${query}` : ''}${fragment}`, new URL('.', location.href)).href;
}
