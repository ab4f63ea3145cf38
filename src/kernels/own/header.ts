/**
 * The header of an own kernel: a comment in its WGSL that says what a descriptor says of a kernel in the registry.
 *
 *   // tilescope kernel
 *   // op: transpose
 *   // entry: transpose
 *   // workgroup: TILE, TILE
 *   // dispatch: ceil(columns / TILE), ceil(rows / TILE)
 *   // knob: TILE = 8, 16, 32
 *
 * `entry`, `workgroup` and `dispatch` are given once for each pass. `scratch: NAME = BYTES` declares memory between the
 * passes, `param: NAME = FORMULA` a member of the uniform that is no parameter of the operation, `pad: TENSOR = N`
 * rows that start at multiples of N elements, with zeros between them. `as: KERNEL` takes all of that from a kernel of
 * the registry, of which the text is an edited copy.
 */
import { Refusal } from '../../core/errors.ts';
import { type Formula, formulas } from './formula.ts';

/** The line that a header begins with. */
export const MARK = '// tilescope kernel';

export interface PassHeader {
  readonly entry: string;
  readonly workgroup: readonly Formula[];
  /** Workgroups along x, y and z. */
  readonly dispatch: readonly Formula[];
}

export interface Header {
  /** Id of the operation. */
  readonly op: string;
  /** Id of the kernel of the registry that says the rest; null where this header does. */
  readonly as: string | null;
  readonly passes: readonly PassHeader[];
  readonly knobs: Readonly<Record<string, readonly number[]>>;
  /** Bytes by variable. */
  readonly scratch: Readonly<Record<string, Formula>>;
  /** Members of the uniform that are no parameters of the operation. */
  readonly params: Readonly<Record<string, Formula>>;
  /** Elements of which a row's start is a multiple, by tensor. */
  readonly pads: Readonly<Record<string, Formula>>;
}

interface Line {
  /** In the text, from 1. */
  readonly number: number;
  readonly key: string;
  readonly value: string;
}

const KEYS = ['op', 'as', 'entry', 'workgroup', 'dispatch', 'knob', 'scratch', 'param', 'pad'];
const MOST_DIMENSIONS = 3;

/** Whether a text has a header, right or wrong. */
export function hasHeader(text: string): boolean {
  return text.split('\n').some((line) => line.trim() === MARK);
}

/** Throws a `Refusal` that names the line and what it should say. */
export function headerOf(text: string): Header {
  const lines = linesOf(text);
  const only = (key: string): Line | null => {
    const [first = null, second] = lines.filter((line) => line.key === key);
    if (second) throw refuse(second, `${key} is given twice`);
    return first;
  };
  const op = only('op');
  if (!op) throw new Refusal(`The header has no "// op:", the operation that the kernel computes`, RULE);
  const as = only('as');
  const passes = passesOf(lines);
  if (as && passes.length > 0) {
    const { entry } = passes[0];
    throw refuse(as, `a copy of ${as.value} is dispatched as that kernel is, and the header also gives entry ${entry}`);
  }
  if (!as && passes.length === 0)
    throw new Refusal('The header has no "// entry:", the function that a dispatch runs', RULE);
  return {
    op: op.value,
    as: as?.value ?? null,
    passes,
    knobs: Object.fromEntries(lines.filter(({ key }) => key === 'knob').map(knobOf)),
    scratch: assignments(lines, 'scratch'),
    params: assignments(lines, 'param'),
    pads: assignments(lines, 'pad'),
  };
}

/** The lines behind the mark, as far as they have the form of a header. */
function linesOf(text: string): readonly Line[] {
  const all = text.split('\n');
  const mark = all.findIndex((line) => line.trim() === MARK);
  if (mark < 0)
    throw new Refusal(
      `The text has no header, a comment that begins with "${MARK}" and gives op, entry, workgroup and dispatch`,
      RULE,
    );
  const lines: Line[] = [];
  for (let number = mark + 2; number <= all.length; number++) {
    const [, key, value] = /^\/\/\s*(\w+)\s*:\s*(.*)$/.exec(all[number - 1].trim()) ?? [];
    if (key === undefined) break;
    const line = { number, key, value };
    if (!KEYS.includes(key)) throw refuse(line, `there is no "${key}" in a header; there are ${KEYS.join(', ')}`);
    if (value === '') throw refuse(line, `${key} has no value`);
    lines.push(line);
  }
  return lines;
}

function passesOf(lines: readonly Line[]): readonly PassHeader[] {
  const passes: { entry: Line; workgroup?: readonly Formula[]; dispatch?: readonly Formula[] }[] = [];
  for (const line of lines) {
    const { key, value } = line;
    if (key === 'entry') passes.push({ entry: line });
    if (key !== 'workgroup' && key !== 'dispatch') continue;
    const pass = passes.at(-1);
    if (!pass) throw refuse(line, `${key} comes before the entry that it belongs to`);
    if (pass[key]) throw refuse(line, `${key} of ${pass.entry.value} is given twice`);
    const sizes = within(line, () => formulas(value));
    if (sizes.length > MOST_DIMENSIONS) throw refuse(line, `${key} has at most three numbers, for x, y and z`);
    pass[key] = sizes;
  }
  return passes.map(({ entry, workgroup, dispatch }) => {
    const missing = workgroup ? (dispatch ? null : 'dispatch') : 'workgroup';
    if (missing) throw refuse(entry, `entry ${entry.value} has no "// ${missing}:"`);
    return { entry: entry.value, workgroup: workgroup ?? [], dispatch: dispatch ?? [] };
  });
}

function knobOf(line: Line): readonly [key: string, values: readonly number[]] {
  const [, key, list = ''] = /^(\w+)\s*=\s*(.+)$/.exec(line.value) ?? [];
  const values = list.split(',').map((text) => Number(text.trim() || Number.NaN));
  if (key === undefined || !values.every((value) => Number.isSafeInteger(value) && value >= 0))
    throw refuse(line, 'a knob is "NAME = 8, 16, 32", an override and the whole numbers that it may be');
  return [key, values];
}

function assignments(lines: readonly Line[], key: string): Readonly<Record<string, Formula>> {
  return Object.fromEntries(
    lines
      .filter((line) => line.key === key)
      .map((line) => {
        const [, name, text = ''] = /^(\w+)\s*=\s*(.+)$/.exec(line.value) ?? [];
        const found = name === undefined ? [] : within(line, () => formulas(text));
        if (name === undefined || found.length !== 1) throw refuse(line, `${key} is "NAME = FORMULA"`);
        return [name, found[0]];
      }),
  );
}

/** What `make` returns; what it refuses, with the line. */
function within<T>(line: Line, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof Refusal ? refuse(line, error.fault) : error;
  }
}

const RULE = { rule: 'own-header', works: [] } as const;

function refuse({ number }: Line, fault: string): Refusal {
  return new Refusal(`Line ${number} of the header: ${fault}`, RULE);
}
