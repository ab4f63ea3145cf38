/** Around the tests of a project: a folder for what they write, which is gone with all that is in it when they have ended. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the folder. */
    temporary: string;
  }
}

export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'tilescope-tests-'));
  project.provide('temporary', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
