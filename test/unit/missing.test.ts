import { describe, expect, it } from 'vitest';
import { compileFailure, Failure, Refusal } from '../../src/core/errors.ts';
import { unmade } from '../../src/lab/outcome.ts';
import { stepsFor } from '../../src/ui/parts/missing-steps.ts';
import { diagnose, missingFrom } from '../../src/ui/state/missing.ts';
import { fromError, fromResult } from '../../src/ui/state/outcome.ts';

const page = (isSecureContext: boolean, gpu: unknown) => ({
  isSecureContext,
  navigator: { gpu },
  location: { origin: 'http://192.168.1.7:5173' },
});

describe('why there is no WebGPU', () => {
  it('an insecure page, with its address', () => {
    const missing = diagnose(page(false, undefined));
    expect(missing).toMatchObject({ lack: 'insecure' });
    expect(missing?.what).toContain('http://192.168.1.7:5173');
  });
  it('a browser without it', () => expect(diagnose(page(true, undefined))).toMatchObject({ lack: 'no-gpu' }));
  it('nothing, as far as can be told', () => expect(diagnose(page(true, {}))).toBeNull());
  it.each([
    ['no-adapter', 'no-adapter'],
    ['timeout', 'stuck'],
    ['device-lost', 'lost'],
    ['internal', 'broken'],
  ] as const)('%s is %s, with something to do', (code, lack) => {
    const missing = missingFrom(code, 'The driver was reset');
    expect(missing.lack).toBe(lack);
    expect(stepsFor(lack, '').length).toBeGreaterThan(0);
  });
  it.each([
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36',
      'chrome://gpu',
    ],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0', 'about:support'],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15',
      'Safari’s Settings',
    ],
  ])('no adapter in %s: its own steps', (userAgent, place) => {
    expect(stepsFor('no-adapter', userAgent).join(' ')).toContain(place);
  });
  it('no step that is not there: another browser on an iPhone, a setting of Firefox on Android', () => {
    const on = (userAgent: string) => stepsFor('no-adapter', userAgent).join(' ');
    const iPhone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)';
    for (const name of ['Version/26.1', 'CriOS/147.0.0.0', 'FxiOS/150.0', 'EdgiOS/147.0.0.0']) {
      const steps = on(`${iPhone} ${name} Mobile/15E148 Safari/604.1`);
      expect(steps).toContain('Settings, Apps, Safari');
      expect(steps).not.toContain('Chrome');
    }
    const phone = on('Mozilla/5.0 (Android 16; Mobile; rv:150.0) Gecko/150.0 Firefox/150.0');
    expect(phone).toContain('about:support');
    expect(phone).not.toContain('acceleration');
  });
});

describe('how a call can end', () => {
  it('compiler messages by their lines', () => {
    const diagnostics = [
      { line: 37, column: 5, message: "unresolved value 'sum'" },
      { line: 40, column: 1, message: "expected ';'" },
    ];
    const failure = compileFailure(diagnostics);
    expect(fromError(failure)).toMatchObject({ reason: 'The WGSL does not compile', errors: diagnostics });
    const result = unmade({ op: 'neuron', kernel: '2_row_major' }, failure);
    expect(result.reason).toBe("The WGSL does not compile:\n37:5: unresolved value 'sum'\n40:1: expected ';'");
    expect(fromResult(result, false)).toMatchObject({ reason: 'The WGSL does not compile', errors: diagnostics });
    // What only reads like one marks no line.
    const other = new Failure('internal', '3:4: is wrong');
    expect(fromError(other)).toMatchObject({ reason: '3:4: is wrong', errors: [] });
  });
  it('refused, with the rule', () => {
    expect(fromError(new Refusal('too large'))).toEqual({ state: 'refused', rule: 'too large', works: [] });
  });
  it('failed, with what to do next', () => {
    expect(fromError(new Failure('out-of-memory', 'No room'))).toMatchObject({ state: 'failed', reason: 'No room' });
    expect(fromError(new TypeError('x is not a function'))).toMatchObject({
      state: 'failed',
      reason: 'x is not a function',
    });
  });
});
