/** The JSON that a command writes: to a file in one step, so that no reader ever sees half of one, or to stdout. */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Refusal, sentence } from '../core/errors.ts';
import type { Budget } from '../lab/protocol.ts';
import type { ResultDocument } from '../lab/result.ts';

/** What `bench` writes. */
export interface BenchDocument extends ResultDocument {
  /** Why the work ended early; null where it did not. */
  readonly error: string | null;
  /** How the results were measured: those of two budgets do not compare. */
  readonly budget?: Budget;
}

export class JsonTarget {
  private written = false;
  private readonly flag: '--json' | '--resume';
  private readonly path: string | undefined;
  private sealed: boolean;

  /**
   * `path` is a file, "-" for stdout, or undefined for nowhere. `earlier` is a file with results to go on from, which
   * is written back to where there is no `path`; nothing overwrites it before `unseal`. Throws a `Refusal` where the
   * file could not be written.
   */
  constructor(
    path: string | undefined,
    private readonly stdout: { write(text: string): unknown },
    earlier?: string,
  ) {
    this.flag = path === undefined ? '--resume' : '--json';
    this.path = path ?? earlier;
    this.sealed = earlier !== undefined && this.path !== undefined && isSameFile(this.path, earlier);
    // Whoever reads the earlier file says best what is wrong with it, where it is not one.
    const isMissing = this.flag === '--resume' && !isFile(this.path);
    if (this.path !== undefined && this.path !== '-' && !isMissing) checkWritable(this.path, this.flag);
  }

  get isStdout(): boolean {
    return this.path === '-';
  }

  /** The file that documents go to; undefined for stdout and for nowhere. */
  get file(): string | undefined {
    return this.isStdout ? undefined : this.path;
  }

  /** True while documents would overwrite an earlier file whose results have not been taken over. */
  get isSealed(): boolean {
    return this.sealed;
  }

  /** The results in the earlier file have been taken over: from now on documents hold them. */
  unseal(): void {
    this.sealed = false;
  }

  /** Writes the first document it is given. Throws a `Refusal` where the file cannot be written after all. */
  write(document: object): void {
    if (this.path === undefined || this.written || this.sealed) return;
    this.written = true;
    if (this.path === '-') this.stdout.write(jsonText(document));
    else writeWhole(this.path, jsonText(document), this.flag);
  }

  /** Leaves what there is so far in the file, where a later document can replace it. Throws as `write`. */
  writeDraft(document: object): void {
    if (this.written || this.sealed || this.file === undefined) return;
    if (!existsSync(this.file) || isFile(this.file)) writeWhole(this.file, jsonText(document), this.flag);
  }
}

function isFile(path: string | undefined): boolean {
  return path !== undefined && statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function isSameFile(a: string, b: string): boolean {
  const real = (path: string): string => (existsSync(path) ? realpathSync(path) : resolve(path));
  return real(a) === real(b);
}

export function jsonText(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/**
 * A regular file is replaced by renaming; a device or a pipe, which renaming would destroy, is written into.
 * Throws a `Refusal` that names the flag.
 */
export function writeWhole(path: string, text: string, flag: string): void {
  try {
    const target = existsSync(path) ? realpathSync(path) : resolve(path);
    if (existsSync(target) && !statSync(target).isFile()) {
      writeFileSync(target, text);
      return;
    }
    const temporary = `${target}.${process.pid}.tmp`;
    try {
      writeFileSync(temporary, text);
      renameSync(temporary, target);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  } catch (error) {
    throw new Refusal(`${flag} cannot write ${path}: ${reason(error)}.`);
  }
}

/** Before the work starts, so that an hour of it is not lost to a mistyped folder. */
export function checkWritable(path: string, flag: string, example = 'result.json'): void {
  const folder = dirname(resolve(path));
  if (existsSync(path) && statSync(path).isDirectory()) {
    throw new Refusal(
      `${flag} cannot write ${path}: it is a folder; name a file in it, such as ${join(path, example)}.`,
    );
  }
  if (!existsSync(folder)) throw new Refusal(`${flag} cannot write ${path}: there is no folder ${folder}.`);
  try {
    if (existsSync(path)) accessSync(path, constants.W_OK);
    // Permission bits say nothing of a read-only file system; making something there does.
    else rmSync(mkdtempSync(join(folder, `.${basename(path).slice(0, 40)}-`)), { recursive: true });
  } catch (error) {
    throw new Refusal(`${flag} cannot write ${path}: ${reason(error)}.`);
  }
}

/**
 * A folder with all above it; nothing where it is there. One by one, since below /proc, where none can be made, Node's own
 * recursion never ends. Throws a `Refusal` that begins with `what`.
 */
export function makeFolder(path: string, what: string): void {
  if (existsSync(path) && statSync(path).isDirectory()) return;
  if (dirname(path) !== path) makeFolder(dirname(path), what);
  try {
    mkdirSync(path);
  } catch (error) {
    throw new Refusal(`${what} cannot make the folder ${path}: ${reason(error)}.`);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left on the device',
  ENOTDIR: 'a part of the path is a file, not a folder',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'there is no such folder',
  EEXIST: 'there is a file of that name',
};

/** What went wrong with a file, in words. */
export function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  return (code !== undefined && REASONS[code]) || sentence(error);
}
