/**
 * On demand a text also logs values: what stands in memory after each store, and what its functions' own variables hold after
 * each assignment. Values are logged as f32: whole numbers are exact up to 2^24.
 */
import { type AbstractElem, type ExpressionElem, refDecl, type VarElem } from 'wesl/core';
import { type Chain, typeText } from './chains.ts';
import type { EventLog } from './event-log.ts';
import type { Site } from './events.ts';
import type { Outline } from './outline.ts';
import type { StoreElem, Tree } from './parse.ts';

/** A variable that is followed: one number, or an array of numbers. */
type Followed = 'scalar' | 'array';

const SCALAR = /^(f32|f16|u32|i32)$/;
const VECTOR = /^vec([234])<(f32|f16|u32|i32)>$/;
const NUMBER = /^[\d.]/;

export class ValueWriter {
  private readonly known = new Map<AbstractElem, Followed | null>();

  constructor(
    private readonly code: string,
    private readonly tree: Tree,
    private readonly outline: Outline,
    private readonly log: EventLog,
  ) {}

  /** Statements that log what stands at `place`; empty where it is neither a scalar nor a vector. */
  stored(chain: Chain, place: string): string {
    const type = typeText(chain, this.outline);
    const size = Number(VECTOR.exec(type)?.[1] ?? (SCALAR.test(type) ? 1 : 0));
    const parts = size === 1 ? [place] : [...'xyzw'.slice(0, size)].map((part) => `(${place}).${part}`);
    return parts.map((part) => `${this.value(part)} `).join('');
  }

  /** What is logged behind the declaration of a variable: its first value. */
  declared({ name, init, start }: VarElem): string {
    const { decl } = name;
    const elem = decl.ident.declElem;
    if (!init || !elem || this.followed(elem) !== 'scalar') return '';
    const variable = decl.ident.originalName;
    return ` ${this.value(variable)} ${this.watch(variable, [], start)}`;
  }

  /** What is logged behind an assignment: the value that the variable has now. */
  assigned(elem: StoreElem): string {
    const target = elem.kind === 'assign' ? elem.lhs : elem.target;
    if (target.kind === 'ref' && this.isFollowed(target, 'scalar')) {
      const variable = target.ident.originalName;
      return ` ${this.value(variable)} ${this.watch(variable, [], elem.start)}`;
    }
    // An index that is worked out again must come out the same, and log nothing.
    if (target.kind !== 'component-expression' || !this.isFollowed(target.base, 'array')) return '';
    const { base, access } = target;
    if (base.kind !== 'ref' || (access.kind !== 'ref' && access.kind !== 'literal')) return '';
    const text = this.code.slice(target.start, target.end);
    const index = this.code.slice(access.start, access.end);
    return ` ${this.value(text)} ${this.watch(base.ident.originalName, [index], elem.start)}`;
  }

  isFollowed(elem: ExpressionElem, as?: Followed): boolean {
    const declared = elem.kind === 'ref' ? refDecl(elem.ident, this.tree.bindings)?.declElem : undefined;
    const found = declared ? this.followed(declared) : null;
    return found !== null && (as === undefined || found === as);
  }

  private value(text: string): string {
    this.log.usesValues = true;
    return `${this.log.prefix}V(${this.log.value()}u, f32(${text}));`;
  }

  private watch(variable: string, indices: readonly string[], at: number): string {
    const steps: Site['steps'] = indices.map(() => ({ kind: 'index' }));
    const site = this.log.siteAt(at, { variable, space: 'function', access: 'write', steps });
    if (indices.length === 0) return this.log.put({ kind: 'touch', site });
    const id = this.log.event({ kind: 'index', site, dim: 0, isLast: true });
    return `${this.log.prefix}I(${id}u, u32(${indices[0]}));`;
  }

  /** Null where a declaration is not a function's own variable, or the text does not show its type. */
  private followed(declared: AbstractElem): Followed | null {
    if (declared.kind !== 'var') return null;
    const known = this.known.get(declared);
    if (known !== undefined) return known;
    const { name, init } = declared;
    const type = name.typeRef ? this.code.slice(name.typeRef.start, name.typeRef.end) : '';
    const found = type ? followedType(type) : init && this.isNumber(init) ? 'scalar' : null;
    this.known.set(declared, found);
    return found;
  }

  private isNumber(init: ExpressionElem): boolean {
    if (init.kind === 'literal') return NUMBER.test(init.value);
    if (init.kind !== 'ref') return false;
    const name = init.ident.originalName;
    const { constants, overrides } = this.outline;
    // A constant that plans do not depend on is a real number, or made of something else: its text shows which.
    const at = (constants[name] ?? overrides[name])?.at;
    return at != null && /^-?[\d.]/.test(this.code.slice(...at));
  }
}

function followedType(type: string): Followed | null {
  if (SCALAR.test(type)) return 'scalar';
  return /^array<(f32|f16|u32|i32),/.test(type) ? 'array' : null;
}
