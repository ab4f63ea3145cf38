import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** As much of a file system as set-up reads, so that tests can bring their own. */
export interface Files {
  exists(path: string): boolean;
  /** Null where it cannot be read. */
  read(path: string): string | null;
  /** Names within a folder; none where there is no such folder. */
  list(path: string): readonly string[];
}

export const disk: Files = {
  exists: existsSync,
  read(path) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return null;
    }
  },
  list(path) {
    try {
      return readdirSync(path);
    } catch {
      return [];
    }
  },
};

export type Say = (line: string) => void;

/** Progress goes to stderr: stdout is for results. */
export const toStderr: Say = (line) => {
  process.stderr.write(`${line}\n`);
};
