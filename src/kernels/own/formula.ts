/**
 * Arithmetic in the header of an own kernel: `ceil(columns / TILE)`.
 *
 *   sum     = product { ('+' | '-') product }
 *   product = factor { ('*' | '/' | '%') factor }
 *   factor  = NUMBER | NAME | NAME '(' sum { ',' sum } ')' | '(' sum ')'
 *
 * `/` divides exactly, as on paper: what must be whole is rounded where the header says so.
 */
import { Refusal } from '../../core/errors.ts';
import { either } from '../../core/words.ts';

/** Words and signs of a line, at most: each parenthesis and each operator is a call within a call. */
const MOST_TOKENS = 1000;

/** What the names of a formula stand for. */
export type Names = Readonly<Record<string, number>>;

/** Throws a `Refusal` for a name that stands for nothing. */
export type Formula = (names: Names) => number;

const FUNCTIONS: Readonly<Record<string, (...values: number[]) => number>> = {
  ceil: Math.ceil,
  floor: Math.floor,
  min: Math.min,
  max: Math.max,
  log2: Math.log2,
  sqrt: Math.sqrt,
  /** The second where the first is not 0, else the third. */
  if: (test, yes, no) => (test === 0 ? no : yes),
};

/** How many arguments a function takes; min and max take any number of them. */
const ARGUMENTS: Readonly<Record<string, number>> = { ceil: 1, floor: 1, log2: 1, sqrt: 1, if: 3 };

const OPERATORS: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};

/** Formulas separated by commas. Throws a `Refusal` that says what was expected where. */
export function formulas(text: string): readonly Formula[] {
  return new Reader(text).list();
}

class Reader {
  private readonly tokens: readonly string[];
  private at = 0;

  constructor(private readonly text: string) {
    this.tokens = text.match(/[A-Za-z_]\w*|\d+|\S/g) ?? [];
    if (this.tokens.length > MOST_TOKENS)
      throw refuse(`"${text.slice(0, 20)}…" has ${this.tokens.length} words and signs; there may be ${MOST_TOKENS}`);
  }

  list(): readonly Formula[] {
    const found = [this.sum()];
    while (this.take(',')) found.push(this.sum());
    if (this.at < this.tokens.length) throw this.unexpected('an operator, a comma or the end');
    return found;
  }

  private sum(): Formula {
    return this.chain(['+', '-'], () => this.product());
  }

  private product(): Formula {
    return this.chain(['*', '/', '%'], () => this.factor());
  }

  private chain(operators: readonly string[], operand: () => Formula): Formula {
    let left = operand();
    for (let sign = this.take(...operators); sign; sign = this.take(...operators)) {
      const [apply, first, second] = [OPERATORS[sign], left, operand()];
      left = (names) => apply(first(names), second(names));
    }
    return left;
  }

  private factor(): Formula {
    if (this.take('(')) {
      const inner = this.sum();
      this.close();
      return inner;
    }
    const word = this.tokens[this.at] ?? '';
    if (!/^\w/.test(word)) throw this.unexpected('a number, a name or a parenthesis');
    this.at++;
    if (/^\d/.test(word)) return () => Number(word);
    if (!this.take('(')) return (names) => meaningOf(word, names);
    return this.call(word);
  }

  private call(name: string): Formula {
    const apply = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
    if (!apply) throw refuse(`"${this.text}" calls ${name}; there are ${either(Object.keys(FUNCTIONS))}`);
    const operands = [this.sum()];
    while (this.take(',')) operands.push(this.sum());
    this.close();
    const takes = ARGUMENTS[name] ?? operands.length;
    if (operands.length !== takes)
      throw refuse(`"${this.text}" gives ${name} ${operands.length} values, and it takes ${takes}`);
    return (names) => apply(...operands.map((operand) => operand(names)));
  }

  private close(): void {
    if (!this.take(')')) throw this.unexpected('a closing parenthesis');
  }

  /** The next token, if it is one of these. */
  private take(...wanted: readonly string[]): string | null {
    const token = this.tokens[this.at];
    if (token === undefined || !wanted.includes(token)) return null;
    this.at++;
    return token;
  }

  private unexpected(expected: string): Refusal {
    const token = this.tokens[this.at];
    return refuse(`"${this.text}" has ${token === undefined ? 'nothing' : `"${token}"`} where ${expected} should be`);
  }
}

function meaningOf(name: string, names: Names): number {
  if (Object.hasOwn(names, name)) return names[name];
  throw refuse(`"${name}" stands for nothing; there are ${Object.keys(names).join(', ')}`);
}

function refuse(fault: string): Refusal {
  return new Refusal(fault, { rule: 'own-header', works: [] });
}
