/** WGSL for CodeMirror: enough of its grammar to colour it. */
import { LanguageSupport, StreamLanguage, type StringStream, syntaxHighlighting } from '@codemirror/language';

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '));
const KEYWORDS = words(
  'alias break case const const_assert continue continuing default diagnostic discard else enable fn for if let loop override requires return struct switch var while',
);
const CONSTANTS = words('true false');
const SPACES = words('function private workgroup uniform storage read write read_write');
const TYPE =
  /^(?:bool|[iuf]32|f16|vec[234][iufh]?|mat[234]x[234][fh]?|array|atomic|ptr|subgroup_matrix_(?:left|right|result))$/;

interface State {
  /** Depth of nested block comments. */
  depth: number;
}

function token(stream: StringStream, state: State): string | null {
  if (state.depth > 0 || stream.match('/*')) return blockComment(stream, state);
  if (stream.eatSpace()) return null;
  if (stream.match('//')) {
    stream.skipToEnd();
    return 'comment';
  }
  if (stream.match(/^@\s*[a-z_]+/)) return 'annotation';
  if (stream.match(/^0[xX][\da-fA-F.]+(?:[pP][+-]?\d+)?[iufh]?/)) return 'number';
  if (stream.match(/^(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[iufh]?/)) return 'number';
  const word = stream.match(/^[\p{L}_][\p{L}\p{N}_]*/u) as RegExpMatchArray | null;
  if (word) {
    const [name] = word;
    if (KEYWORDS.has(name)) return 'keyword';
    if (CONSTANTS.has(name)) return 'number';
    if (TYPE.test(name)) return 'typeName';
    if (SPACES.has(name)) return 'modifier';
    return stream.match(/^\s*\(/, false) ? 'variableName.function' : 'variableName';
  }
  stream.next();
  return null;
}

/** Block comments nest in WGSL. */
function blockComment(stream: StringStream, state: State): string {
  if (state.depth === 0) state.depth = 1;
  while (!stream.eol() && state.depth > 0) {
    if (stream.match('/*')) state.depth++;
    else if (stream.match('*/')) state.depth--;
    else stream.next();
  }
  return 'comment';
}

const language = StreamLanguage.define<State>({
  name: 'wgsl',
  startState: () => ({ depth: 0 }),
  copyState: (state) => ({ ...state }),
  token,
  languageData: { commentTokens: { line: '//', block: { open: '/*', close: '*/' } } },
});

/** Class by the name of a token's tag; the editor's theme gives them colours. */
const CLASSES: Readonly<Record<string, string>> = {
  comment: 'wgsl-comment',
  keyword: 'wgsl-keyword',
  modifier: 'wgsl-modifier',
  typeName: 'wgsl-type',
  number: 'wgsl-number',
  annotation: 'wgsl-attribute',
  'function(variableName)': 'wgsl-function',
};

const colours = syntaxHighlighting({
  style: (tags) => tags.map((tag) => CLASSES[String(tag)]).find((name) => name !== undefined) ?? null,
});

export const wgsl = (): LanguageSupport => new LanguageSupport(language, [colours]);
