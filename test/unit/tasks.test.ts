/** The npm scripts that are not commands of the bench. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { scripts } from '../../package.json' with { type: 'json' };
import { COMMANDS } from '../../src/cli/main.ts';
import { run } from '../../src/cli/tasks/index.ts';

afterEach(() => vi.restoreAllMocks());

// Vitest has a help of its own.
const tasks = Object.keys(scripts).filter((name) => !(name in COMMANDS) && name !== 'test');

describe('--help', () => {
  test.each(tasks)('of %s says how it is called and does nothing else', async (name) => {
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    expect(await run(name, ['--help'])).toBe(0);
    expect(written.mock.calls.map(([text]) => text).join('')).toMatch(
      new RegExp(`^npm (run )?${name}\\b.*\\n\\n[A-Z][^]*\\n$`),
    );
  });
});
