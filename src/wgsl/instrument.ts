/**
 * A copy of a kernel's text that logs, for each invocation and in program order, every access to storage and workgroup
 * memory, every barrier, every iteration and every call. Lines stay where they are.
 *
 * An index `a[i]` becomes `a[tsI(ID, u32(i))]`, which logs and returns it: no types are needed, and the kernel's own
 * control flow decides what is logged. What is stored into is logged after the statement, since the right-hand side is
 * read before. ID is a word that `EventTable` explains. Everything else keeps its text.
 */
import {
  type AbstractElem,
  type BlockElem,
  childElems,
  type ExpressionElem,
  type FnElem,
  type FunctionCallExpression,
  refDecl,
  type Statement,
  visitAst,
} from 'wesl/core';
import { Refusal } from '../core/errors.ts';
import { type Chain, chainOf, trackedVariable, typeText } from './chains.ts';
import { entryBuiltins } from './entry-builtins.ts';
import type { Instrumented, Scope, Site, TraceEvent } from './events.ts';
import { matrixOf } from './matrices.ts';
import type { Outline } from './outline.ts';
import { outlineOf, parseTree, type Tree } from './parse.ts';
import { prefixFor, prelude } from './prelude.ts';

/** Whatever has a place in the text. */
type Part = Exclude<AbstractElem, { kind: 'synthetic' }>;

const BARRIERS: readonly string[] = ['workgroupBarrier', 'storageBarrier', 'textureBarrier'];

/** Throws a `Refusal` where the text does something that cannot be logged; the text must compile. */
export function instrument(code: string): Instrumented {
  const tree = parseTree(code);
  return new Instrumenter(code, tree, outlineOf(tree)).instrumented();
}

class Instrumenter {
  private readonly prefix: string;
  private readonly sites: Site[] = [];
  private readonly scopes: Scope[] = [];
  private readonly events: (TraceEvent | null)[] = [null];
  /** Helpers that log and return a value, by its type. */
  private readonly passing = new Set<string>();
  private readonly functions = new Map<AbstractElem, number>();
  private readonly eventful = new Map<AbstractElem, boolean>();
  private scope = 0;
  private usesMatrices = false;

  constructor(
    private readonly code: string,
    private readonly tree: Tree,
    private readonly outline: Outline,
  ) {
    this.prefix = prefixFor(code);
  }

  instrumented(): Instrumented {
    const { decls } = this.tree.ast.moduleElem;
    const all = decls.filter((decl) => decl.kind === 'fn');
    for (const elem of all) {
      if (!this.isEventful(elem.body) && !isEntry(elem)) continue;
      this.functions.set(elem, this.scopes.length);
      this.scopes.push({ kind: 'function', parent: null, line: this.lineOf(elem.start) });
    }
    let text = '';
    let at = 0;
    for (const elem of all) {
      if (!this.functions.has(elem)) continue;
      text += this.code.slice(at, elem.start) + this.fn(elem);
      at = elem.end;
    }
    text += this.code.slice(at);
    const binding = this.freeBinding();
    const head = this.usesMatrices ? 'enable subgroups; diagnostic(off, subgroup_uniformity); ' : '';
    const { prefix, passing, usesMatrices } = this;
    // Behind the text, where declarations may stand as well: no line moves.
    const tail = prelude({ prefix, binding, passing: [...passing], usesMatrices });
    const { sites, scopes, events } = this;
    return { code: `${head}${text.trimEnd()} ${tail}\n`, binding, sites, scopes, events };
  }

  private freeBinding(): number {
    const taken = new Set(
      Object.values(this.outline.variables).flatMap(({ group, binding }) => (group === 0 ? [binding] : [])),
    );
    let free = 0;
    while (taken.has(free)) free++;
    return free;
  }

  private fn(elem: FnElem): string {
    this.scope = this.functions.get(elem) as number;
    const { code, prefix } = this;
    const open = code.indexOf('(', elem.name.end) + 1;
    if (!isEntry(elem)) {
      const rest = elem.params.length > 0 ? ', ' : '';
      const start = `${prefix}Put(${prefix}From); `;
      return `${code.slice(elem.start, open)}${prefix}From: u32${rest}${code.slice(open, elem.body.start)}${this.block(elem.body, start)}`;
    }
    const { added, group, grid, lane } = entryBuiltins(elem, this.tree, prefix);
    const start = `${prefix}Start(${group}, ${grid}, ${lane}); `;
    const end = elem.body.body.at(-1)?.kind === 'return' ? '' : ` ${prefix}Stop();`;
    return `${code.slice(elem.start, open)}${added}${code.slice(open, elem.body.start)}${this.block(elem.body, start, end)}`;
  }

  private block(block: BlockElem, start = '', end = ''): string {
    const text = this.splice(block);
    const open = text.indexOf('{') + 1;
    return `${text.slice(0, open)}${start && ` ${start}`}${text.slice(open, -1)}${end}}`;
  }

  /** The element's text with its parts instrumented. */
  private splice(elem: Part): string {
    let text = '';
    let at = elem.start;
    for (const child of parts(elem)) {
      text += this.code.slice(at, child.start) + this.part(child);
      at = child.end;
    }
    return text + this.code.slice(at, elem.end);
  }

  private part(elem: Part): string {
    switch (elem.kind) {
      case 'for':
      case 'while':
      case 'loop':
        return this.loop(elem);
      case 'assign':
      case 'increment':
      case 'decrement':
        return this.store(elem);
      case 'return':
        return this.isEntryScope() ? `${this.prefix}Stop(); ${this.splice(elem)}` : this.splice(elem);
      case 'call':
        return this.callStatement(elem);
      case 'call-expression':
        return this.call(elem);
      case 'unary-expression':
        if (elem.operator.value === '&' && this.chain(elem.expression)) return this.refusePointer(elem);
        return this.splice(elem);
      case 'ref':
      case 'component-expression':
      case 'component-member-expression': {
        const chain = this.chain(elem);
        return chain ? this.read(chain) : this.splice(elem);
      }
      case 'type':
        return this.code.slice(elem.start, elem.end);
      default:
        return this.splice(elem);
    }
  }

  private loop(elem: Extract<Statement, { kind: 'for' | 'while' | 'loop' }>): string {
    if (!this.isEventful(elem)) return this.splice(elem);
    const outer = this.scope;
    const scope = this.scopes.length;
    this.scopes.push({ kind: 'loop', parent: outer, line: this.lineOf(elem.start) });
    const enter = this.put({ kind: 'enter', scope });
    const iterate = this.put({ kind: 'iterate', scope });
    this.scope = scope;
    let text = `${enter} `;
    let at = elem.start;
    for (const child of parts(elem)) {
      // What a loop begins with belongs to the code around it.
      this.scope = elem.kind === 'for' && child === elem.init ? outer : scope;
      text += this.code.slice(at, child.start);
      text += child === elem.body ? this.block(elem.body, iterate) : this.part(child);
      at = child.end;
    }
    this.scope = outer;
    return text + this.code.slice(at, elem.end);
  }

  /** `a[i] = x;`, `a[i] += x;`, `a[i]++;`: the index is worked out once, and logged once the value is there. */
  private store(elem: Extract<Statement, { kind: 'assign' | 'increment' | 'decrement' }>): string {
    const target = elem.kind === 'assign' ? elem.lhs : elem.target;
    const chain = target.kind === 'phony' ? null : this.chain(target);
    if (!chain) return this.splice(elem);
    const isStatement = this.code[elem.end - 1] === ';';
    if (!isStatement) {
      const line = this.lineOf(elem.start);
      throw new Refusal(`Line ${line} stores into ${chain.variable} in the head of a loop, which a trace cannot log`);
    }
    const readsToo = elem.kind !== 'assign' || elem.op.value !== '=';
    const before: string[] = [];
    let place = '';
    let at = chain.elem.start;
    const kept = chain.indices.map((part, dim) => {
      const name = `${this.prefix}K${this.events.length}x${dim}`;
      before.push(`let ${name} = u32(${this.part(part.access)});`);
      place += `${this.code.slice(at, part.access.start)}${name}`;
      at = part.access.end;
      return name;
    });
    place += this.code.slice(at, chain.elem.end);
    if (readsToo) before.push(this.logged(chain, 'read', kept));
    const value = elem.kind === 'assign' ? this.part(elem.rhs) : '';
    const from = elem.kind === 'assign' ? elem.rhs.end : elem.end;
    const between =
      elem.kind === 'assign'
        ? this.code.slice(chain.elem.end, elem.rhs.start)
        : this.code.slice(chain.elem.end, elem.end);
    const text = `${place}${between}${value}${this.code.slice(from, elem.end)}`;
    return [...before, text, this.logged(chain, 'write', kept)].join(' ');
  }

  /** Statements that log an access whose indices have names. */
  private logged(chain: Chain, access: Site['access'], kept: readonly string[]): string {
    const site = this.site(chain, access);
    if (kept.length === 0) return this.put({ kind: 'touch', site });
    return kept
      .map((name, dim) => {
        const id = this.event({ kind: 'index', site, dim, isLast: dim === kept.length - 1 });
        return `${this.prefix}I(${id}u, ${name});`;
      })
      .join(' ');
  }

  private read(chain: Chain): string {
    if (chain.indices.length > 0) return this.indexed(chain, this.site(chain, 'read'));
    const id = this.event({ kind: 'touch', site: this.site(chain, 'read') });
    return `${this.pass(typeText(chain, this.outline))}(${id}u, ${this.code.slice(chain.elem.start, chain.elem.end)})`;
  }

  /** The chain with each of its indices logged on its way. */
  private indexed(chain: Chain, site: number): string {
    let text = '';
    let at = chain.elem.start;
    for (const [dim, part] of chain.indices.entries()) {
      const id = this.event({ kind: 'index', site, dim, isLast: dim === chain.indices.length - 1 });
      text += `${this.code.slice(at, part.access.start)}${this.prefix}I(${id}u, u32(${this.part(part.access)}))`;
      at = part.access.end;
    }
    return text + this.code.slice(at, chain.elem.end);
  }

  private callStatement(elem: Extract<Statement, { kind: 'call' }>): string {
    const name = nameOf(elem.call);
    const text = this.splice(elem);
    if (BARRIERS.includes(name) && !this.callee(elem.call)) {
      return `${text} ${this.put({ kind: 'barrier', name, line: this.lineOf(elem.start), scope: this.scope })}`;
    }
    const chain = this.pointee(elem.call);
    if (name !== 'atomicStore' || !chain || chain.indices.length > 0) return text;
    return `${text} ${this.put({ kind: 'touch', site: this.site(chain, 'atomic') })}`;
  }

  private call(elem: FunctionCallExpression): string {
    const name = nameOf(elem);
    const callee = this.callee(elem);
    if (callee !== undefined) {
      const id = this.event({ kind: 'call', scope: this.scope, callee });
      const open = this.code.indexOf('(', elem.function.end) + 1;
      const rest = elem.arguments.map((argument) => this.part(argument));
      return `${this.code.slice(elem.start, open)}${id}u${rest.length > 0 ? ', ' : ''}${this.spliced(elem, open, rest)}`;
    }
    if (name === 'arrayLength') return this.code.slice(elem.start, elem.end);
    const chain = this.pointee(elem);
    if (!chain) return this.splice(elem);
    if (/^subgroupMatrix(Load|Store)$/.test(name)) return this.matrix(elem, chain, name);
    if (!/^atomic|^workgroupUniformLoad$/.test(name)) return this.refusePointer(elem.arguments[0]);
    const isUniform = name === 'workgroupUniformLoad';
    const open = elem.arguments[0].start;
    const rest = elem.arguments.slice(1).map((argument) => this.part(argument));
    const head = this.code.slice(elem.start, open);
    // Logged by the statement that it is.
    if (name === 'atomicStore' && chain.indices.length === 0) {
      return `${head}${this.spliced(elem, open, [this.text(elem.arguments[0]), ...rest])}`;
    }
    const site = this.site(chain, isUniform ? 'read' : 'atomic', isUniform ? { uniform: true } : {});
    if (chain.indices.length > 0)
      return `${head}${this.spliced(elem, open, [`&${this.indexed(chain, site)}`, ...rest])}`;
    const id = this.event({ kind: 'touch', site });
    const pass = this.pass(typeText(chain, this.outline));
    // Its result is a struct: logged with the value that it compares.
    if (name === 'atomicCompareExchangeWeak') rest[0] = `${pass}(${id}u, ${rest[0]})`;
    const text = `${head}${this.spliced(elem, open, [this.text(elem.arguments[0]), ...rest])}`;
    return name === 'atomicCompareExchangeWeak' ? text : `${pass}(${id}u, ${text})`;
  }

  /** A call's text from `open` on, with other texts for its arguments. */
  private spliced({ arguments: all, end }: FunctionCallExpression, open: number, texts: readonly string[]): string {
    let text = '';
    let at = open;
    for (const [index, argument] of all.entries()) {
      text += this.code.slice(at, argument.start) + texts[index];
      at = argument.end;
    }
    return text + this.code.slice(at, end);
  }

  /** A whole subgroup loads or stores a rectangle: logged by one lane of it, with its offset and its stride. */
  private matrix(elem: FunctionCallExpression, chain: Chain, name: string): string {
    this.usesMatrices = true;
    const isStore = name.endsWith('Store');
    const matrix = matrixOf(elem, isStore, this.tree);
    if (!matrix) {
      const line = this.lineOf(elem.start);
      throw new Refusal(`Line ${line} moves a subgroup matrix whose size cannot be read from the text`);
    }
    const site = this.site(chain, isStore ? 'write' : 'read', { matrix }, 2);
    const logged = [1, elem.arguments.length - 1];
    const texts = elem.arguments.map((argument, index) => {
      if (index === 0) return this.text(argument);
      const dim = logged.indexOf(index);
      if (dim < 0) return this.part(argument);
      const id = this.event({ kind: 'index', site, dim, isLast: dim === 1 });
      return `${this.prefix}M(${id}u, u32(${this.part(argument)}))`;
    });
    const open = elem.arguments[0].start;
    return `${this.code.slice(elem.start, open)}${this.spliced(elem, open, texts)}`;
  }

  private refusePointer(elem: ExpressionElem): never {
    throw new Refusal(
      `Line ${this.lineOf(elem.start)} takes the address ${this.text(elem)}: what is accessed through a pointer cannot be logged; ` +
        'name the variable where it is accessed',
    );
  }

  /** What the first argument of a call points to. */
  private pointee({ arguments: [first] }: FunctionCallExpression): Chain | null {
    return first?.kind === 'unary-expression' && first.operator.value === '&' ? this.chain(first.expression) : null;
  }

  private chain(elem: ExpressionElem): Chain | null {
    return chainOf(elem, this.tree.bindings, this.outline);
  }

  /** The scope of the function of the text that is called, where it logs anything. */
  private callee({ function: called }: FunctionCallExpression): number | undefined {
    const declared = called.kind === 'ref' ? refDecl(called.ident, this.tree.bindings)?.declElem : undefined;
    return declared && this.functions.get(declared);
  }

  /** Whether running a part of the text logs anything. */
  private isEventful(elem: AbstractElem): boolean {
    const known = this.eventful.get(elem);
    if (known !== undefined) return known;
    // No function calls itself, not even through others.
    let found = false;
    visitAst(elem, (part) => {
      if (found || part.kind !== 'ref') return;
      const declared = refDecl(part.ident, this.tree.bindings)?.declElem;
      if (declared?.kind === 'fn') found = this.isEventful(declared.body);
      else if (declared) found = trackedVariable(part, this.tree.bindings, this.outline) !== null;
      else found = BARRIERS.includes(part.ident.originalName);
    });
    this.eventful.set(elem, found);
    return found;
  }

  private isEntryScope(): boolean {
    let { scope } = this;
    for (let parent = this.scopes[scope].parent; parent !== null; parent = this.scopes[scope].parent) scope = parent;
    return [...this.functions].some(([elem, own]) => own === scope && isEntry(elem as FnElem));
  }

  private site(chain: Chain, access: Site['access'], more: Partial<Site> = {}, indices = 0): number {
    const { variable, space } = chain;
    const steps = indices > 0 ? [] : chain.steps;
    const { line, column } = this.placeOf(chain.elem.start);
    this.sites.push({ line, column, variable, space, access, steps, scope: this.scope, ...more });
    return this.sites.length - 1;
  }

  private event(event: TraceEvent): number {
    return this.events.push(event) - 1;
  }

  /** A statement that logs an event of one word. */
  private put(event: TraceEvent): string {
    return `${this.prefix}Put(${this.event(event)}u);`;
  }

  /** The helper that logs and returns a value of this type. */
  private pass(type: string): string {
    this.passing.add(type);
    return `${this.prefix}Pass${[...this.passing].indexOf(type)}`;
  }

  private text({ start, end }: Part): string {
    return this.code.slice(start, end);
  }

  private lineOf(at: number): number {
    return this.placeOf(at).line;
  }

  private placeOf(at: number): { line: number; column: number } {
    const before = this.code.slice(0, at).split('\n');
    return { line: before.length, column: (before.at(-1) as string).length + 1 };
  }
}

function parts(elem: Part): readonly Part[] {
  return childElems(elem) as readonly Part[];
}

function isEntry({ attributes = [] }: FnElem): boolean {
  return attributes.some(({ attribute }) => attribute.kind === '@attribute' && attribute.name === 'compute');
}

function nameOf({ function: called }: FunctionCallExpression): string {
  return called.kind === 'ref' ? called.ident.originalName : called.name.originalName;
}
