/** The JSON that a command writes: to a file in one step, so that no reader ever sees half of one, or to stdout. */
import {
  accessSync,
  constants,
  existsSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { Refusal, sentence } from '../core/errors.ts';

/** The fields that every document starts with. */
export function documentHead(): { tool: 'tilescope'; version: string; createdAt: string } {
  return { tool: 'tilescope', version: manifest.version, createdAt: new Date().toISOString() };
}

export class JsonTarget {
  private written = false;

  /** `path` is a file, "-" for stdout, or undefined for nowhere. Throws a `Refusal` where it could not be written. */
  constructor(
    private readonly path: string | undefined,
    private readonly stdout: { write(text: string): unknown },
  ) {
    if (path !== undefined && path !== '-') checkWritable(path);
  }

  get isStdout(): boolean {
    return this.path === '-';
  }

  /** Writes the first document it is given. Throws a `Refusal` where the file cannot be written after all. */
  write(document: object): void {
    if (this.path === undefined || this.written) return;
    this.written = true;
    const text = `${JSON.stringify(document, null, 2)}\n`;
    if (this.path === '-') this.stdout.write(text);
    else writeWhole(this.path, text);
  }
}

/** A regular file is replaced by renaming; a device or a pipe, which renaming would destroy, is written into. */
function writeWhole(path: string, text: string): void {
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
    throw new Refusal(`--json cannot write ${path}: ${reason(error)}.`);
  }
}

/** Before the work starts, so that an hour of it is not lost to a mistyped folder. */
function checkWritable(path: string): void {
  const folder = dirname(resolve(path));
  if (existsSync(path) && statSync(path).isDirectory()) {
    throw new Refusal(
      `--json cannot write ${path}: it is a folder; name a file in it, such as ${join(path, 'result.json')}.`,
    );
  }
  if (!existsSync(folder)) throw new Refusal(`--json cannot write ${path}: there is no folder ${folder}.`);
  try {
    if (existsSync(path)) accessSync(path, constants.W_OK);
    // Permission bits say nothing of a read-only file system; making something there does.
    else rmSync(mkdtempSync(join(folder, `.${basename(path).slice(0, 40)}-`)), { recursive: true });
  } catch (error) {
    throw new Refusal(`--json cannot write ${path}: ${reason(error)}.`);
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
};

/** What went wrong with a file, in words. */
export function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  return (code !== undefined && REASONS[code]) || sentence(error);
}
