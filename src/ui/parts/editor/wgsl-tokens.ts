/** WGSL by its tokens: enough of its grammar to colour it. */

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '));
const KEYWORDS = words(
  'alias break case const const_assert continue continuing default diagnostic discard else enable fn for if let loop override requires return struct switch var while',
);
const CONSTANTS = words('true false');
const SPACES = words('function private workgroup uniform storage read write read_write');
const TYPE =
  /^(?:bool|[iuf]32|f16|vec[234][iufh]?|mat[234]x[234][fh]?|array|atomic|ptr|subgroup_matrix_(?:left|right|result))$/;

export type TokenKind = 'comment' | 'keyword' | 'modifier' | 'type' | 'number' | 'attribute' | 'function';

/** Offsets in the text. Only a comment between slashes and stars reaches past the end of a line. */
export interface Token {
  readonly from: number;
  readonly to: number;
  readonly kind: TokenKind;
}

const TOKEN =
  /(?<comment>\/\/.*)|(?<block>\/\*)|(?<attribute>@[ \t]*[a-z_]+)|(?<number>0[xX][\da-fA-F.]+(?:[pP][+-]?\d+)?[iufh]?|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[iufh]?)|(?<word>[\p{L}_][\p{L}\p{N}_]*)/gu;
const CALL = /[ \t]*\(/y;
const BLOCK_END = /\/\*|\*\//g;

/** What of a text has a colour of its own, in order; names of variables and operators have none. */
export function tokensOf(text: string): readonly Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    const { index: from, groups = {} } = match;
    const to = groups.block === undefined ? TOKEN.lastIndex : blockEnd(text, from);
    TOKEN.lastIndex = to;
    const kind = kindOf(groups, text, to);
    if (kind) found.push({ from, to, kind });
  }
  return found;
}

/** `to`: where the token ends in the text. */
function kindOf(groups: Record<string, string | undefined>, text: string, to: number): TokenKind | null {
  const { word } = groups;
  if (word === undefined) {
    if (groups.attribute !== undefined) return 'attribute';
    return groups.number === undefined ? 'comment' : 'number';
  }
  if (KEYWORDS.has(word)) return 'keyword';
  if (CONSTANTS.has(word)) return 'number';
  if (TYPE.test(word)) return 'type';
  if (SPACES.has(word)) return 'modifier';
  CALL.lastIndex = to;
  return CALL.test(text) ? 'function' : null;
}

/** The end of a block comment. They nest in WGSL; one that nothing closes goes on to the end of the text. */
function blockEnd(text: string, from: number): number {
  let depth = 0;
  BLOCK_END.lastIndex = from;
  for (let match = BLOCK_END.exec(text); match; match = BLOCK_END.exec(text)) {
    depth += match[0] === '/*' ? 1 : -1;
    if (depth === 0) return BLOCK_END.lastIndex;
  }
  return text.length;
}
