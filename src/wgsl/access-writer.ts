/** Rewrites accesses to storage and workgroup memory so that they are logged. */
import { type AbstractElem, childElems, type ExpressionElem, type FunctionCallExpression } from 'wesl/core';
import { Refusal } from '../core/errors.ts';
import { type Chain, chainOf, typeText } from './chains.ts';
import type { EventLog } from './event-log.ts';
import type { Site, TraceEvent } from './events.ts';
import { matrixOf } from './matrices.ts';
import type { Outline } from './outline.ts';
import type { StoreElem, Tree } from './parse.ts';
import type { ValueWriter } from './value-writer.ts';

/** Whatever has a place in the text. */
export type Part = Exclude<AbstractElem, { kind: 'synthetic' }>;

export class AccessWriter {
  usesMatrices = false;

  constructor(
    private readonly code: string,
    private readonly tree: Tree,
    private readonly outline: Outline,
    private readonly log: EventLog,
    /** An element's text, instrumented. */
    private readonly part: (elem: Part) => string,
    /** Where values are logged too. */
    private readonly values: ValueWriter | null,
  ) {}

  chain(elem: ExpressionElem): Chain | null {
    return chainOf(elem, this.tree.bindings, this.outline);
  }

  /**
   * `a[i] = x;`, `a[i] += x;`, `a[i]++;`: the index is worked out once, and logged once the value is there. Null where the
   * target is not in traced memory.
   */
  store(elem: StoreElem, isInHead: boolean): string | null {
    const target = elem.kind === 'assign' ? elem.lhs : elem.target;
    const chain = target.kind === 'phony' ? null : this.chain(target);
    if (!chain) return null;
    if (isInHead) this.refuseHead(elem, `stores into ${chain.variable}`);
    const readsToo = elem.kind !== 'assign' || elem.op.value !== '=';
    const before: string[] = [];
    let place = '';
    let at = chain.elem.start;
    const kept = chain.indices.map((part, dim) => {
      const name = `${this.log.prefix}K${this.log.events.length}x${dim}`;
      before.push(`let ${name} = u32(${this.part(part.access)});`);
      place += `${this.code.slice(at, part.access.start)}${name}`;
      at = part.access.end;
      return name;
    });
    place += this.code.slice(at, chain.elem.end);
    if (readsToo) before.push(this.logged(chain, 'read', kept));
    const value = elem.kind === 'assign' ? this.part(elem.rhs) : '';
    const from = elem.kind === 'assign' ? elem.rhs.end : elem.end;
    const between = this.code.slice(chain.elem.end, elem.kind === 'assign' ? elem.rhs.start : elem.end);
    const text = `${place}${between}${value}${this.code.slice(from, elem.end)}`;
    const values = this.values?.stored(chain, place) ?? '';
    return [...before, text, `${values}${this.logged(chain, 'write', kept)}`].join(' ');
  }

  /** Statements that log an access whose indices have names. */
  private logged(chain: Chain, access: Site['access'], kept: readonly string[]): string {
    const site = this.log.site(chain, access);
    if (kept.length === 0) return this.log.put({ kind: 'touch', site });
    return kept
      .map((name, dim) => {
        const id = this.log.event({ kind: 'index', site, dim, isLast: dim === kept.length - 1 });
        return `${this.log.prefix}I(${id}u, ${name});`;
      })
      .join(' ');
  }

  read(chain: Chain): string {
    const site = this.log.site(chain, 'read');
    if (chain.indices.length > 0) return this.indexed(chain, site);
    const id = this.log.event({ kind: 'touch', site });
    return `${this.log.pass(typeText(chain, this.outline))}(${id}u, ${this.text(chain.elem)})`;
  }

  /** The chain with each of its indices logged on its way. */
  private indexed(chain: Chain, site: number): string {
    let text = '';
    let at = chain.elem.start;
    for (const [dim, part] of chain.indices.entries()) {
      const isLast = dim === chain.indices.length - 1;
      const id = this.log.event({ kind: 'index', site, dim, isLast });
      const helper = isLast && this.log.sites[site].uniform ? 'U' : 'I';
      text += `${this.code.slice(at, part.access.start)}${this.log.prefix}${helper}(${id}u, u32(${this.part(part.access)}))`;
      at = part.access.end;
    }
    return text + this.code.slice(at, chain.elem.end);
  }

  /** What a statement that is this call logs behind it: an `atomicStore` without an index, which has no value to pass. */
  storedBy(call: FunctionCallExpression): TraceEvent | null {
    const chain = this.pointee(call);
    if (nameOf(call) !== 'atomicStore' || !chain || chain.indices.length > 0) return null;
    return { kind: 'touch', site: this.log.site(chain, 'atomic', { effect: 'store' }) };
  }

  /** A call that is given the address of memory; null for any other call. */
  call(elem: FunctionCallExpression): string | null {
    const name = nameOf(elem);
    if (name === 'arrayLength') return this.text(elem);
    const chain = this.pointee(elem);
    if (!chain) return null;
    if (/^subgroupMatrix(Load|Store)$/.test(name)) return this.matrix(elem, chain, name);
    if (!/^atomic|^workgroupUniformLoad$/.test(name)) return this.refusePointer(elem.arguments[0]);
    const open = elem.arguments[0].start;
    const rest = elem.arguments.slice(1).map((argument) => this.part(argument));
    const head = this.code.slice(elem.start, open);
    const address = this.text(elem.arguments[0]);
    // Logged by the statement that it is.
    if (name === 'atomicStore' && chain.indices.length === 0)
      return `${head}${this.spliced(elem, open, [address, ...rest])}`;
    const site =
      name === 'workgroupUniformLoad'
        ? this.log.site(chain, 'read', { uniform: true })
        : this.log.site(chain, 'atomic', { effect: effectOf(name) });
    if (chain.indices.length > 0)
      return `${head}${this.spliced(elem, open, [`&${this.indexed(chain, site)}`, ...rest])}`;
    const id = this.log.event({ kind: 'touch', site });
    const type = typeText(chain, this.outline);
    if (name === 'workgroupUniformLoad') return `${this.log.load({ id, type, address })}()`;
    const pass = this.log.pass(type);
    // Its result is a struct: logged with the value that it compares.
    if (name === 'atomicCompareExchangeWeak') rest[0] = `${pass}(${id}u, ${rest[0]})`;
    const text = `${head}${this.spliced(elem, open, [address, ...rest])}`;
    return name === 'atomicCompareExchangeWeak' ? text : `${pass}(${id}u, ${text})`;
  }

  /** A call's text from `open` on, with other texts for its arguments. */
  spliced({ arguments: all, end }: FunctionCallExpression, open: number, texts: readonly string[]): string {
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
      const line = this.log.lineOf(elem.start);
      throw new Refusal(`Line ${line} moves a subgroup matrix whose size cannot be read from the text`);
    }
    const site = this.log.site(chain, isStore ? 'write' : 'read', { matrix, steps: [] });
    const logged = [1, elem.arguments.length - 1];
    const texts = elem.arguments.map((argument, index) => {
      if (index === 0) return this.text(argument);
      const dim = logged.indexOf(index);
      if (dim < 0) return this.part(argument);
      const id = this.log.event({ kind: 'index', site, dim, isLast: dim === 1 });
      return `${this.log.prefix}M(${id}u, u32(${this.part(argument)}))`;
    });
    const open = elem.arguments[0].start;
    return `${this.code.slice(elem.start, open)}${this.spliced(elem, open, texts)}`;
  }

  /** Throws a `Refusal`: behind a statement in the head of a loop there is no place for another. */
  refuseHead({ start }: Part, does: string): never {
    throw new Refusal(`Line ${this.log.lineOf(start)} ${does} in the head of a loop, which a trace cannot log`);
  }

  refusePointer(elem: ExpressionElem): never {
    throw new Refusal(
      `Line ${this.log.lineOf(elem.start)} takes the address ${this.text(elem)}: what is accessed through a pointer cannot be logged; ` +
        'name the variable where it is accessed',
    );
  }

  /** What the first argument of a call points to. */
  private pointee({ arguments: [first] }: FunctionCallExpression): Chain | null {
    return first?.kind === 'unary-expression' && first.operator.value === '&' ? this.chain(first.expression) : null;
  }

  private text({ start, end }: Part): string {
    return this.code.slice(start, end);
  }
}

function effectOf(atomic: string): NonNullable<Site['effect']> {
  return atomic === 'atomicLoad' ? 'load' : atomic === 'atomicStore' ? 'store' : 'both';
}

export function partsOf(elem: Part): readonly Part[] {
  return childElems(elem) as readonly Part[];
}

export function nameOf({ function: called }: FunctionCallExpression): string {
  return called.kind === 'ref' ? called.ident.originalName : called.name.originalName;
}
