/** Which of the reader's own kernels is shown, and that what was deleted comes back whole. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ownFromSearch } from '../../src/ui/views/own/settings.ts';
import { ShownText } from '../../src/ui/views/own/shown-text.ts';

const KEY = 'tilescope own A';
const stored = new Map<string, string>();
let isFull = false;

beforeEach(() => {
  stored.clear();
  isFull = false;
  vi.stubGlobal('localStorage', {
    get length() {
      return stored.size;
    },
    key: (at: number) => [...stored.keys()][at] ?? null,
    getItem: (key: string) => stored.get(key) ?? null,
    removeItem: (key: string) => stored.delete(key),
    setItem: (key: string, text: string) => {
      if (isFull) throw new Error('no room');
      stored.set(key, text);
    },
  });
});

afterEach(() => vi.unstubAllGlobals());

/** The text of a view at ?op=transpose&name=A, whose kernel is kept, and how that view comes to another name. */
function opened(): { readonly shown: ShownText; readonly go: (name: string) => void; readonly name: () => string } {
  stored.set(KEY, '// op: transpose\n// mine');
  const { settings: first } = ownFromSearch('?view=own&op=transpose&name=A');
  let settings = first;
  const shown = new ShownText({
    settings: () => settings,
    turnTo: (next) => {
      settings = next;
      shown.follow();
    },
    turned: () => {},
  });
  const go = (name: string): void => {
    settings = { ...settings, name };
    shown.follow();
  };
  shown.follow();
  return { shown, go, name: () => settings.name };
}

test('a kernel that was deleted is shown again where Back has led to its name meanwhile', () => {
  const { shown, go, name } = opened();
  shown.remove('A');
  expect(name()).toBe('');
  go('A');
  expect([shown.text, shown.complaint]).toEqual([
    expect.not.stringContaining('mine'),
    expect.stringMatching(/^No kernel called A is kept/),
  ]);
  shown.restore();
  expect(shown.text).toContain('// mine');
  expect([shown.complaint, shown.hint]).toEqual(['', 'kept in this browser']);
  // The next key that is pressed adds to it.
  shown.write(`${shown.text}!`);
  expect(stored.get(KEY)).toBe('// op: transpose\n// mine!');
});

test('says so where there is no room for what is brought back', () => {
  const { shown } = opened();
  shown.remove('A');
  isFull = true;
  shown.restore();
  expect(shown.text).toContain('// mine');
  expect(shown.complaint).toMatch(/^This browser keeps nothing/);
  expect(shown.hint).toBe('not kept in this browser');
});

test('what another tab has written is shown, and added to by the next key that is pressed', () => {
  const { shown } = opened();
  stored.set(KEY, '// theirs');
  shown.follow();
  expect(shown.text).toBe('// theirs');
  // Deleted there, it stays in view here, and is kept again with the next key.
  stored.delete(KEY);
  shown.follow();
  expect([shown.text, shown.hint]).toEqual(['// theirs', 'kept once you edit it']);
  shown.write('// theirs!');
  expect(stored.get(KEY)).toBe('// theirs!');
});
