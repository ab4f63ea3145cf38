/** What `npm run faults` and `npm run mutants` found, as JSON in bench/results/: a row for each fault and each survivor. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../../src/core/errors.ts';
import { shaderPath } from '../../src/kernels/index.ts';
import type { Kernel } from '../../src/kernels/types.ts';
import { unreadable, VERSION } from '../../src/lab/document.ts';
import type { Request } from '../../src/lab/protocol.ts';
import { type Fault, type Kind, rightRequest } from './fault.ts';
import { caughtAt, type Finding, rightRatio } from './faults.ts';
import type { Fate, Outcome } from './mutation.ts';
import type { Target } from './targets.ts';

/** What was found on one host; faults that it cannot run are left out. */
export interface HostFindings {
  readonly target: Target;
  readonly found: readonly Finding[];
}

/** A ratio as JSON can hold it; null where there is none. */
type Ratio = number | 'Infinity' | null;

export interface FaultRow {
  readonly op: string;
  readonly id: string;
  readonly kind: Kind;
  readonly planted: string;
  readonly request: Request;
  /** By the title of the host. */
  readonly hosts: Readonly<
    Record<
      string,
      {
        readonly status: string;
        readonly ratio: Ratio;
        /** The gate at which it fell; null where it was the problem itself. */
        readonly gate: string | null;
        /** Its ratio on the problem itself, without gates; null where that comes out correct. */
        readonly alone: Ratio;
      }
    >
  >;
  /** The right kernel's largest ratio on the same request, its gates included, over all hosts. */
  readonly right: number;
  /** What the verdict says, on the first host that ran it. */
  readonly reason: string;
}

export interface MutantRow {
  readonly kernel: string;
  /** How many of the kernel's edits met which fate. */
  readonly fates: Readonly<Record<Fate, number>>;
  readonly survivors: readonly {
    readonly line: number;
    readonly before: string;
    readonly after: string;
    readonly why: string | null;
  }[];
}

export interface FaultRecord {
  /** Of Tilescope. */
  readonly version: string;
  readonly hosts: readonly string[];
  readonly rows: readonly FaultRow[];
}

export interface MutantRecord {
  /** Of Tilescope. */
  readonly version: string;
  readonly host: string;
  /** At most so many edits of each kernel. */
  readonly most: number;
  readonly rows: readonly MutantRow[];
}

export function faultRecord(hosts: readonly HostFindings[], faults: readonly Fault[]): FaultRecord {
  return {
    version: VERSION,
    hosts: hosts.map(({ target }) => target.title),
    rows: faults.flatMap((fault): FaultRow[] => {
      const found = hosts.flatMap(({ target, found }) =>
        found.filter((one) => one.fault === fault).map((one) => ({ title: target.title, one })),
      );
      if (found.length === 0) return [];
      return [
        {
          op: fault.op,
          id: fault.id,
          kind: fault.kind,
          planted: fault.planted,
          request: rightRequest(fault),
          hosts: Object.fromEntries(
            found.map(({ title, one }) => [
              title,
              {
                status: one.broken.status,
                ratio: one.broken.verdict?.ratio ?? null,
                gate: caughtAt(one),
                alone: one.alone === null || one.alone.correct ? null : one.alone.ratio,
              },
            ]),
          ),
          right: Math.max(...found.map(({ one }) => rightRatio(one))),
          reason: found[0].one.broken.reason ?? '',
        },
      ];
    }),
  };
}

export function mutantRecord(host: string, most: number, outcomes: readonly Outcome[]): MutantRecord {
  const kernels = [...new Set(outcomes.map(({ kernel }) => kernel))];
  return {
    version: VERSION,
    host,
    most,
    rows: kernels.map((kernel) => {
      const own = outcomes.filter((one) => one.kernel === kernel);
      const count = (fate: Fate): number => own.filter((one) => one.fate === fate).length;
      return {
        kernel: shaderPath(kernel).replace('.wgsl', ''),
        fates: {
          killed: count('killed'),
          invalid: count('invalid'),
          hung: count('hung'),
          survived: count('survived'),
        },
        survivors: own
          .filter(({ fate }) => fate === 'survived')
          .map(({ mutant, explained }) => ({
            line: mutant.line,
            before: mutant.before,
            after: mutant.after,
            why: explained ?? null,
          })),
      };
    }),
  };
}

/**
 * A record with the rows of `more` in place of its own on the same faults, in the order of `faults`; rows of faults that
 * are planted no more are left out.
 */
export function withFaults(record: FaultRecord, more: FaultRecord, faults: readonly Fault[]): FaultRecord {
  const keyOf = ({ op, id }: { readonly op: string; readonly id: string }): string => `${op}/${id}`;
  const rows = new Map([...record.rows, ...more.rows].map((row) => [keyOf(row), row]));
  return { ...more, rows: faults.flatMap((fault) => rows.get(keyOf(fault)) ?? []) };
}

/**
 * The same for mutants, in the order of `kernels`. Null where `more` was made on another host, or of other numbers of edits:
 * the counts of both together would mean nothing.
 */
export function withMutants(record: MutantRecord, more: MutantRecord, kernels: readonly Kernel[]): MutantRecord | null {
  if (record.host !== more.host || record.most !== more.most) return null;
  const rows = new Map([...record.rows, ...more.rows].map((row) => [row.kernel, row]));
  return { ...more, rows: kernels.flatMap((kernel) => rows.get(`${kernel.op}/${kernel.id}`) ?? []) };
}

type Name = 'faults' | 'mutants';
type Record_<N extends Name> = N extends 'faults' ? FaultRecord : MutantRecord;

export function store<N extends Name>(root: string, name: N, record: Record_<N>): void {
  writeFileSync(pathOf(root, name), `${JSON.stringify(record, null, 1)}\n`);
}

/** Throws a `Refusal` where there is no record, or one of a version whose form is another. */
export function stored<N extends Name>(root: string, name: N): Record_<N> {
  const record = parsed<N>(root, name);
  const why = unreadable(record?.version);
  if (why !== null)
    throw new Refusal(`bench/results/${name}.json cannot be read: ${why}; npm run ${name} makes a new one.`);
  return record;
}

function parsed<N extends Name>(root: string, name: N): Record_<N> {
  try {
    return JSON.parse(readFileSync(pathOf(root, name), 'utf8'));
  } catch {
    throw new Refusal(`There is no record bench/results/${name}.json: npm run ${name} makes one.`);
  }
}

function pathOf(root: string, name: Name): string {
  return join(root, 'bench/results', `${name}.json`);
}
