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
  type FnElem,
  type FunctionCallExpression,
  refDecl,
  type Statement,
  visitAst,
} from 'wesl/core';
import { AccessWriter, nameOf, type Part, partsOf } from './access-writer.ts';
import { trackedVariable } from './chains.ts';
import { entryBuiltins } from './entry-builtins.ts';
import { EventLog } from './event-log.ts';
import type { Instrumented, TraceEvent } from './events.ts';
import type { Outline } from './outline.ts';
import { outlineOf, parseTree, type StoreElem, type Tree } from './parse.ts';
import { prefixFor, prelude } from './prelude.ts';
import { ValueWriter } from './value-writer.ts';

const BARRIERS: readonly string[] = ['workgroupBarrier', 'storageBarrier', 'textureBarrier'];

/** With `values` what is stored is logged too. Throws a `Refusal` where the text does something that cannot be logged; the text must compile. */
export function instrument(code: string, { values = false } = {}): Instrumented {
  const tree = parseTree(code);
  return new Instrumenter(code, tree, outlineOf(tree), values).instrumented();
}

class Instrumenter {
  private readonly log: EventLog;
  private readonly accesses: AccessWriter;
  private readonly values: ValueWriter | null;
  private readonly functions = new Map<AbstractElem, number>();
  private readonly eventful = new Map<AbstractElem, boolean>();
  /** Within the head of a `for`, where a statement has no other behind it. */
  private isInHead = false;

  constructor(
    private readonly code: string,
    private readonly tree: Tree,
    private readonly outline: Outline,
    withValues: boolean,
  ) {
    this.log = new EventLog(code, prefixFor(code));
    this.values = withValues ? new ValueWriter(code, tree, outline, this.log) : null;
    this.accesses = new AccessWriter(code, tree, outline, this.log, (elem) => this.part(elem), this.values);
  }

  instrumented(): Instrumented {
    const { decls } = this.tree.ast.moduleElem;
    const all = decls.filter((decl) => decl.kind === 'fn');
    for (const elem of all) {
      if (!this.isEventful(elem.body) && !isEntry(elem)) continue;
      this.functions.set(elem, this.log.open('function', null, elem.start));
    }
    let text = '';
    let at = 0;
    for (const elem of all) {
      if (!this.functions.has(elem)) continue;
      text += this.code.slice(at, elem.start) + this.fn(elem);
      at = elem.end;
    }
    text = (text + this.code.slice(at)).trimEnd();
    const binding = this.freeBinding();
    const { usesMatrices } = this.accesses;
    const head = usesMatrices ? 'enable subgroups; diagnostic(off, subgroup_uniformity); ' : '';
    const { prefix, passing, loads, usesValues, sites, scopes, events } = this.log;
    // Behind the text, where declarations may stand as well: no line moves.
    const tail = prelude({ prefix, binding, passing, loads, usesMatrices, usesValues });
    const gap = /\/\/.*$/.test(text) ? '\n' : ' ';
    return { code: `${head}${text}${gap}${tail}\n`, binding, sites, scopes, events };
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
    this.log.scope = this.functions.get(elem) as number;
    const { code } = this;
    const { prefix } = this.log;
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
    for (const child of partsOf(elem)) {
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
        return this.accesses.store(elem, this.isInHead) ?? this.local(elem);
      case 'var':
        return `${this.splice(elem)}${this.isInHead ? '' : (this.values?.declared(elem) ?? '')}`;
      case 'return':
        return this.isEntryScope() ? `${this.log.prefix}Stop(); ${this.splice(elem)}` : this.splice(elem);
      case 'call':
        return this.callStatement(elem);
      case 'call-expression':
        return this.call(elem);
      case 'unary-expression':
        if (elem.operator.value === '&' && this.accesses.chain(elem.expression))
          return this.accesses.refusePointer(elem);
        return this.splice(elem);
      case 'ref':
      case 'component-expression':
      case 'component-member-expression': {
        const chain = this.accesses.chain(elem);
        return chain ? this.accesses.read(chain) : this.splice(elem);
      }
      case 'type':
        return this.code.slice(elem.start, elem.end);
      default:
        return this.splice(elem);
    }
  }

  /** A store into something other than traced memory. */
  private local(elem: StoreElem): string {
    return `${this.splice(elem)}${this.isInHead ? '' : (this.values?.assigned(elem) ?? '')}`;
  }

  private loop(elem: Extract<Statement, { kind: 'for' | 'while' | 'loop' }>): string {
    if (!this.isEventful(elem)) return this.splice(elem);
    const { log } = this;
    const outer = log.scope;
    const scope = log.open('loop', outer, elem.start);
    const enter = log.put({ kind: 'enter', scope });
    const iterate = log.put({ kind: 'iterate', scope });
    let text = `${enter} `;
    let at = elem.start;
    for (const child of partsOf(elem)) {
      // What a loop begins with belongs to the code around it.
      log.scope = elem.kind === 'for' && child === elem.init ? outer : scope;
      this.isInHead = elem.kind === 'for' && child !== elem.body;
      text += this.code.slice(at, child.start);
      text += child === elem.body ? this.block(elem.body, iterate) : this.part(child);
      at = child.end;
    }
    log.scope = outer;
    this.isInHead = false;
    return text + this.code.slice(at, elem.end);
  }

  private callStatement(elem: Extract<Statement, { kind: 'call' }>): string {
    const text = this.splice(elem);
    if (this.callee(elem.call) !== undefined) return text;
    const { log } = this;
    const name = nameOf(elem.call);
    const isBarrier = BARRIERS.includes(name);
    const event: TraceEvent | null = isBarrier
      ? { kind: 'barrier', name, line: log.lineOf(elem.call.start), scope: log.scope }
      : this.accesses.storedBy(elem.call);
    if (!event) return text;
    if (this.isInHead) this.accesses.refuseHead(elem, `has ${name}`);
    // A device may leave a lane waiting for ever at a barrier that others do not reach: its count must be there by then.
    return isBarrier ? `${log.put(event)} ${log.prefix}Stop(); ${text}` : `${text} ${log.put(event)}`;
  }

  private call(elem: FunctionCallExpression): string {
    const callee = this.callee(elem);
    if (callee === undefined) return this.accesses.call(elem) ?? this.splice(elem);
    const id = this.log.event({ kind: 'call', scope: this.log.scope, callee });
    const open = this.code.indexOf('(', elem.function.end) + 1;
    const rest = elem.arguments.map((argument) => this.part(argument));
    return `${this.code.slice(elem.start, open)}${id}u${rest.length > 0 ? ', ' : ''}${this.accesses.spliced(elem, open, rest)}`;
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
      if (this.values?.isFollowed(part)) found = true;
      else if (declared?.kind === 'fn') found = this.isEventful(declared.body);
      else if (declared) found = trackedVariable(part, this.tree.bindings, this.outline) !== null;
      else found = BARRIERS.includes(part.ident.originalName);
    });
    this.eventful.set(elem, found);
    return found;
  }

  private isEntryScope(): boolean {
    const { scopes } = this.log;
    let { scope } = this.log;
    for (let { parent } = scopes[scope]; parent !== null; { parent } = scopes[scope]) scope = parent;
    return [...this.functions].some(([elem, own]) => own === scope && isEntry(elem as FnElem));
  }
}

function isEntry({ attributes = [] }: FnElem): boolean {
  return attributes.some(({ attribute }) => attribute.kind === '@attribute' && attribute.name === 'compute');
}
