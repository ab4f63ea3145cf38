/** A text as the page shows it before anyone edits it: rows of coloured pieces. */
import { forcedBreaks } from './forced-breaks.ts';
import { hangOf } from './hang.ts';
import { type Token, type TokenKind, tokensOf } from './wgsl-tokens.ts';

export interface Piece {
  readonly text: string;
  /** Null for what has no colour of its own. */
  readonly kind: TokenKind | null;
}

/** A line, and with it those that follow it as one paragraph of comment. */
export interface Row {
  /** Its number in the text, counted from 1. */
  readonly line: number;
  /** Columns by which it goes on further right than it begins, where it is too wide. */
  readonly hang: number;
  readonly pieces: readonly Piece[];
}

/** Much more than any kernel has, and no more than a browser lays out at once. */
const MOST_LINES = 2_000;
const MOST_CHARACTERS = 2 ** 15;

/** As much from the beginning of a text as can be listed: all of it, unless somebody has made it to be too long. */
export function listedOf(text: string): string {
  return text.slice(0, MOST_CHARACTERS).split('\n', MOST_LINES).join('\n');
}

/** The rows of a text, whose line breaks are those that nothing but the file's width has forced. */
export function rowsOf(text: string): readonly Row[] {
  const tokens = tokensOf(text);
  const breaks = forcedBreaks(text);
  const joined = new Map(breaks.map(({ from, to }) => [from, to]));
  const rows: Row[] = [];
  let line = 1;
  /** The first token that is not wholly before what is being cut. */
  let token = 0;
  for (let from = 0; from <= text.length; ) {
    const pieces: Piece[] = [];
    const first = line;
    const hang = hangOf(text.slice(from, endOf(text, from)));
    let at = from;
    for (;;) {
      const end = endOf(text, at);
      while (token < tokens.length && tokens[token].to <= at) token++;
      pieces.push(...piecesOf(text, at, end, tokens, token));
      line++;
      const next = joined.get(end);
      at = next ?? end + 1;
      if (next === undefined) break;
      pieces.push({ text: ' ', kind: null });
    }
    rows.push({ line: first, hang, pieces });
    from = at;
  }
  return rows;
}

function endOf(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

/** The text between two offsets, cut where a token begins or ends; `first` is the first token that ends after `from`. */
function piecesOf(text: string, from: number, to: number, tokens: readonly Token[], first: number): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = from;
  const take = (end: number, kind: TokenKind | null): void => {
    if (end > at) pieces.push({ text: text.slice(at, end), kind });
    at = Math.max(at, end);
  };
  for (let index = first; index < tokens.length && tokens[index].from < to; index++) {
    take(tokens[index].from, null);
    take(Math.min(tokens[index].to, to), tokens[index].kind);
  }
  take(to, null);
  return pieces;
}
