/** Where cases lie: ONNX test cases, `.npz` files, and folders with any of them in it. */
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Refusal } from '../../core/errors.ts';
import { reason } from '../document.ts';
import type { Case, Unread } from './case.ts';
import { type NpzOptions, npzCase } from './npz-case.ts';
import { onnxCases } from './onnx-case.ts';

/** A place where a case, or several data sets of one, can be read. */
export interface Source {
  readonly kind: 'onnx' | 'npz';
  readonly path: string;
}

/** The cases of a source, as `--op` leaves them. */
export function readCases(source: Source, options: NpzOptions): readonly (Case | Unread)[] {
  const cases = source.kind === 'onnx' ? onnxCases(source.path) : [npzCase(source.path, options)];
  return cases.map((vector) => ('status' in vector ? vector : only(vector, options.op)));
}

function only(vector: Case, op: string | undefined): Case | Unread {
  const routes = vector.routes.filter((route) => op === undefined || route.op === op);
  if (routes.length > 0) return { ...vector, routes };
  const runs = vector.routes.map((route) => route.op).join(' and ');
  const reason = `${vector.operator} runs as ${runs}, and --op asks for ${op}`;
  return { name: vector.name, operator: vector.operator, status: 'unsupported', reason };
}

/** The cases at a path. Throws a `Refusal` where there is none. */
export function findSources(path: string): Source[] {
  if (!existsSync(path)) throw new Refusal(`${path} does not exist.`);
  if (!statSync(path).isDirectory()) {
    if (path.endsWith('.npz')) return [{ kind: 'npz', path }];
    if (basename(path) === 'model.onnx') return [{ kind: 'onnx', path: dirname(path) }];
    throw new Refusal(`${path} is neither an .npz file nor a folder with a model.onnx.`);
  }
  const found = walk(path, new Set());
  if (found.length === 0) throw new Refusal(`${path} holds neither an .npz file nor a folder with a model.onnx.`);
  return found;
}

/** `seen` holds the real paths of folders, so that a link to a folder above ends. */
function walk(folder: string, seen: Set<string>): Source[] {
  const real = realpathSync(folder);
  if (seen.has(real)) return [];
  seen.add(real);
  if (existsSync(join(folder, 'model.onnx'))) return [{ kind: 'onnx', path: folder }];
  try {
    return readdirSync(folder)
      .sort()
      .flatMap((name): Source[] => {
        const path = join(folder, name);
        if (name.endsWith('.npz')) return [{ kind: 'npz', path }];
        return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? walk(path, seen) : [];
      });
  } catch (error) {
    throw new Refusal(`${folder} cannot be read: ${reason(error)}.`);
  }
}
