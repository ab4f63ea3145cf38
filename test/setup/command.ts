/** Commands within the process of the test, on the host that all tests of a worker share. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ValidateFunction } from 'ajv';
import { expect } from 'vitest';
import type { HostName } from '../../src/cli/hosts/index.ts';
import { run } from '../../src/cli/main.ts';
import type { Surroundings } from '../../src/cli/session.ts';
import { temporaryFolder } from '../unit/vector-files.ts';
import { host } from './hosts.ts';

export interface Ran<T> {
  readonly status: number;
  /** Of stdout and stderr. */
  readonly text: string;
  /** Those of the JSON document. */
  readonly results: readonly T[];
}

/** Runs a command with its flags; what it writes as JSON must be what `validate` takes. */
export async function ranOn<T>(name: HostName, validate: ValidateFunction, argv: readonly string[]): Promise<Ran<T>> {
  let text = '';
  const stdout = { write: (more: string) => (text += more) } as unknown as Surroundings['stdout'];
  const shared = await host(name);
  const openHost: Surroundings['openHost'] = async () => ({
    name: shared.name,
    call: (method, params, options) => shared.call(method, params, options),
    close: async () => {},
  });
  const file = join(temporaryFolder(), 'out.json');
  const around = { stdout, stderr: stdout, env: {}, root: null, openHost, signal: new AbortController().signal };
  const status = await run([...argv, '--host', name, '--json', file], around);
  const document = JSON.parse(readFileSync(file, 'utf8'));
  validate(document);
  expect(validate.errors).toBeNull();
  return { status, text, results: document.results };
}
