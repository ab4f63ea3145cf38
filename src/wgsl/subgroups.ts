/**
 * A copy of a kernel's text that computes as on a device whose subgroups have another size: what its subgroup functions do
 * goes through workgroup memory, so that one device can try all sizes. Subgroups are lanes that follow one another, as all
 * known devices form them. Lines stay where they are.
 */
import {
  type AbstractElem,
  concretize,
  declsOfKind,
  type FnElem,
  type FunctionCallExpression,
  refDecl,
  typeOfExpr,
  typeToString,
  visitAst,
} from 'wesl/core';
import { Refusal } from '../core/errors.ts';
import { builtin, entryBuiltins } from './entry-builtins.ts';
import { parseTree, type Tree } from './parse.ts';
import { prefixFor } from './prelude.ts';

/** By function: what comes of the values that all lanes have put down; `v` is the lane's own, `l` the argument behind it. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  subgroupAdd: 'var r = v - v; for (var i = first; i < end; i++) { r += all[i]; }',
  subgroupMax: 'var r = v; for (var i = first; i < end; i++) { r = max(r, all[i]); }',
  subgroupMin: 'var r = v; for (var i = first; i < end; i++) { r = min(r, all[i]); }',
  subgroupInclusiveAdd: 'var r = v - v; for (var i = first; i <= lane; i++) { r += all[i]; }',
  subgroupExclusiveAdd: 'var r = v - v; for (var i = first; i < lane; i++) { r += all[i]; }',
  subgroupAll: 'var r = true; for (var i = first; i < end; i++) { r = r && all[i]; }',
  subgroupAny: 'var r = false; for (var i = first; i < end; i++) { r = r || all[i]; }',
  subgroupBroadcastFirst: 'let r = all[first];',
  subgroupBroadcast: 'let r = all[min(first + l, end - 1u)];',
  subgroupShuffle: 'let r = all[min(first + l, end - 1u)];',
  subgroupShuffleXor: 'let r = all[min(first + ((lane - first) ^ l), end - 1u)];',
  subgroupShuffleUp: 'let r = all[max(lane, first + l) - l];',
  subgroupShuffleDown: 'let r = all[min(lane + l, end - 1u)];',
};
/** What the functions work on: numbers and vectors of them, truth values. */
const TYPE = /^(?:(?:vec[234]<)?[fiu](?:32|16)>?|bool)$/;
/** Functions that are also given a lane, or how far away it is. */
const WITH_LANE = /Broadcast$|Shuffle/;

/** Builtins of an entry point that depend on the size. */
const BUILTINS: Readonly<Record<string, string>> = {
  subgroup_size: 'size',
  subgroup_invocation_id: 'lane % size',
  subgroup_id: 'lane / size',
  num_subgroups: '(lanes + size - 1u) / size',
};

type Part = Exclude<AbstractElem, { kind: 'synthetic' }>;

interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Throws a `Refusal` where the text uses something of subgroups that is not known here; the text must compile. */
export function withSubgroups(code: string, size: number): string {
  return new Emulator(code, parseTree(code), size).text();
}

class Emulator {
  private readonly prefix: string;
  private readonly replaced: Replacement[] = [];
  /** Lanes of a workgroup, as WGSL: of the largest, where there are several entry points. */
  private lanes = '';
  /** Functions that are called, with the type of their values. */
  private readonly used = new Map<string, { readonly name: string; readonly type: string }>();

  constructor(
    private readonly code: string,
    private readonly tree: Tree,
    private readonly size: number,
  ) {
    this.prefix = prefixFor(code);
  }

  text(): string {
    for (const { members } of declsOfKind(this.tree.ast.moduleElem, 'struct'))
      for (const member of members) {
        const name = builtin(member.attributes);
        if (name !== undefined && Object.hasOwn(BUILTINS, name))
          throw new Refusal(
            `${name} in a struct, line ${this.lineOf(member)}, cannot be tried with other sizes of subgroups: make it a parameter`,
          );
      }
    for (const elem of declsOfKind(this.tree.ast.moduleElem, 'fn')) {
      visitAst(elem, (part) => {
        if (part.kind === 'call-expression') this.call(part);
      });
      if (elem.attributes?.some(({ attribute }) => attribute.kind === '@attribute' && attribute.name === 'compute'))
        this.entry(elem);
    }
    let text = '';
    let at = 0;
    for (const { start, end, text: own } of this.replaced.sort((a, b) => a.start - b.start)) {
      text += this.code.slice(at, start) + own;
      at = end;
    }
    return `${text}${this.code.slice(at).trimEnd()}\n${this.tail()}\n`;
  }

  private call(elem: FunctionCallExpression): void {
    const { function: called } = elem;
    const ident = called.kind === 'ref' ? called.ident : called.name;
    const { originalName: name } = ident;
    if (!/^(subgroup|quad)[A-Z]/.test(name) || refDecl(ident, this.tree.bindings)) return;
    if (name === 'subgroupElect') {
      this.replaced.push({ start: elem.start, end: elem.end, text: `(${this.name('Lane')} % ${this.size}u == 0u)` });
      return;
    }
    const [value] = elem.arguments;
    const type = value && typeToString(concretize(typeOfExpr(value, { bindings: this.tree.bindings })));
    if (!Object.hasOwn(FUNCTIONS, name) || type === undefined || !TYPE.test(type))
      throw new Refusal(`${name}, as line ${this.lineOf(elem)} uses it, cannot be tried with other sizes of subgroups`);
    const own = this.name(`${name.replace('subgroup', '')}${label(type)}`);
    this.used.set(own, { name, type });
    this.replaced.push({ start: called.start, end: called.end, text: own });
  }

  /** An entry point tells which lane it is, and has no builtins of the device's own subgroups. */
  private entry(elem: FnElem): void {
    const { added, lane } = entryBuiltins(elem, this.tree, this.prefix);
    const sizes = (elem.attributes ?? []).flatMap(({ attribute }) =>
      attribute.kind === '@attribute' && attribute.name === 'workgroup_size' ? (attribute.params ?? []) : [],
    );
    const lanes = sizes.map(({ start, end }) => `(${this.code.slice(start, end)})`).join(' * ');
    this.lanes = this.lanes === '' ? lanes : `max(${this.lanes}, ${lanes})`;
    let body = ` ${this.name('Lane')} = ${lane}; ${this.name('Lanes')} = u32(${lanes});`;
    const open = this.code.indexOf('(', elem.name.end) + 1;
    if (added) this.replaced.push({ start: open, end: open, text: added });
    for (const [at, { name, attributes = [], start, end }] of elem.params.entries()) {
      const value = BUILTINS[builtin(attributes) ?? ''];
      if (value === undefined) continue;
      const words = { lane: this.name('Lane'), lanes: this.name('Lanes'), size: `${this.size}u` };
      const own = value.replace(/\b(lane|lanes|size)\b/g, (word) => words[word as keyof typeof words]);
      body += ` let ${name.decl.ident.originalName} = ${own};`;
      // With the comma behind it.
      const next = elem.params[at + 1];
      this.replaced.push({ start, end: next ? next.start : end, text: '' });
    }
    const brace = this.code.indexOf('{', elem.body.start) + 1;
    this.replaced.push({ start: brace, end: brace, text: body });
  }

  private tail(): string {
    const [lane, lanes] = [this.name('Lane'), this.name('Lanes')];
    const types = new Set([...this.used.values()].map(({ type }) => type));
    const declared = [
      `var<private> ${lane}: u32; var<private> ${lanes}: u32;`,
      ...[...types].map((type) => `var<workgroup> ${this.name(`All${label(type)}`)}: array<${type}, ${this.lanes}>;`),
    ];
    const functions = [...this.used].map(([own, { name, type }]) => {
      const all = this.name(`All${label(type)}`);
      const rest = WITH_LANE.test(name) ? ', l: u32' : '';
      const worked = FUNCTIONS[name].replace(/\ball\b/g, all).replace(/\blane\b/g, lane);
      return `fn ${own}(v: ${type}${rest}) -> ${type} { let first = ${lane} / ${this.size}u * ${this.size}u; let end = min(first + ${this.size}u, ${lanes}); ${all}[${lane}] = v; workgroupBarrier(); ${worked} workgroupBarrier(); return r; }`;
    });
    return [...declared, ...functions].join(' ');
  }

  private name(word: string): string {
    return `${this.prefix}Sub${word}`;
  }

  private lineOf({ start }: Part): number {
    return this.code.slice(0, start).split('\n').length;
  }
}

/** A type as a part of a name: "F32", "Vec4F32". */
function label(type: string): string {
  return type.replace(/[<>]/g, '').replace(/[a-z]+/g, (letters) => letters[0].toUpperCase() + letters.slice(1));
}
