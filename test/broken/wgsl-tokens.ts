/** WGSL cut into tokens, as far as small edits of a kernel's text need it. */

export interface Token {
  readonly kind: 'word' | 'number' | 'sign';
  readonly text: string;
  /** Index of its first character in the source. */
  readonly at: number;
}

const TOKEN =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|(?<number>0[xX][\da-fA-F]+[iu]?|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[iufh]?)|(?<word>[A-Za-z_]\w*)|(?<sign><<=|>>=|->|\+\+|--|&&|\|\||<=|>=|==|!=|<<|>>|[-+*/%&|^]=|[^\s\w])/g;

/** All tokens, comments and white space left away. */
export function tokens(source: string): Token[] {
  return [...source.matchAll(TOKEN)].flatMap((match): Token[] => {
    for (const kind of ['number', 'word', 'sign'] as const) {
      const text = match.groups?.[kind];
      if (text !== undefined) return [{ kind, text, at: match.index }];
    }
    return [];
  });
}

const OPEN: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Index of the token that closes the bracket at `open`. */
export function closing(list: readonly Token[], open: number): number {
  const close = OPEN[list[open].text];
  let depth = 0;
  for (let i = open; i < list.length; i++) {
    if (list[i].text === list[open].text) depth++;
    else if (list[i].text === close && --depth === 0) return i;
  }
  throw new Error(`"${list[open].text}" at ${list[open].at} is never closed`);
}

/** Ranges of token indices, braces left away, that are the bodies of functions. */
export function bodies(list: readonly Token[]): (readonly [first: number, end: number])[] {
  return list.flatMap((token, i) => {
    if (token.text !== 'fn') return [];
    const afterParameters = closing(list, i + 2) + 1;
    const open = list.findIndex((one, j) => j >= afterParameters && one.text === '{');
    return [[open + 1, closing(list, open)] as const];
  });
}

/** Whether a `<` or `>` at `i` belongs to a type's template list, such as `vec4<f32>`. */
export function inTemplate(list: readonly Token[], i: number): boolean {
  for (let open = i; open >= 0 && open > i - 12; open--) {
    if (list[open].text !== '<') continue;
    if (!/^(vec[234]|mat[234]x[234]|array|atomic|ptr|bitcast|var)$/.test(list[open - 1]?.text ?? '')) continue;
    const close = list.findIndex((one, j) => j > open && one.text === '>');
    if (close >= i) return true;
  }
  return false;
}

/** Arguments of the call whose opening parenthesis is token `open`, as texts. */
export function callArguments(source: string, list: readonly Token[], open: number): string[] {
  const close = closing(list, open);
  const parts: string[] = [];
  let start = list[open].at + 1;
  for (let i = open + 1; i < close; i++) {
    if (list[i].text in OPEN) i = closing(list, i);
    else if (list[i].text === ',' && !inTemplate(list, i)) {
      parts.push(source.slice(start, list[i].at).trim());
      start = list[i].at + 1;
    }
  }
  const last = source.slice(start, list[close].at).trim();
  return last === '' ? parts : [...parts, last];
}
