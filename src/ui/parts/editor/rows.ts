/** A text as the page shows it before anyone edits it: rows of coloured pieces. */
import { forcedBreaks } from './forced-breaks.ts';
import { hangOf } from './hang.ts';
import { type TokenKind, tokensOf } from './wgsl-tokens.ts';

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

/** The rows of a text, whose line breaks are those that nothing but the file's width has forced. */
export function rowsOf(text: string): readonly Row[] {
  const tokens = tokensOf(text);
  const breaks = forcedBreaks(text);
  const joined = new Map(breaks.map(({ from, to }) => [from, to]));
  const rows: Row[] = [];
  let line = 1;
  for (let from = 0; from <= text.length; ) {
    const pieces: Piece[] = [];
    const first = line;
    const hang = hangOf(text.slice(from, endOf(text, from)));
    let at = from;
    for (;;) {
      const end = endOf(text, at);
      pieces.push(...piecesOf(text, at, end, tokens));
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

/** The text between two offsets, cut where a token begins or ends. */
function piecesOf(text: string, from: number, to: number, tokens: ReturnType<typeof tokensOf>): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = from;
  const take = (end: number, kind: TokenKind | null): void => {
    if (end > at) pieces.push({ text: text.slice(at, end), kind });
    at = Math.max(at, end);
  };
  for (const token of tokens) {
    if (token.to <= from || token.from >= to) continue;
    take(token.from, null);
    take(Math.min(token.to, to), token.kind);
  }
  take(to, null);
  return pieces;
}
