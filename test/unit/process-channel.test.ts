/** Channels to real processes: a few lines of JavaScript that answer, print, crash or stand still. */
import { spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { greeting, MESSAGES, pipeChannel } from '../../src/cli/hosts/process-channel.ts';
import { Client } from '../../src/lab/client.ts';
import { frame } from '../../src/lab/frames.ts';
import type { Message } from '../../src/lab/protocol.ts';

const bytes = (message: Message): string => JSON.stringify(Buffer.concat(frame(message)).toString('base64'));
const HELLO = bytes({ id: 0, hello: { hasAdapter: true } });

/** A host whose child runs `script`, with `pipe`, the stream of messages, `out`, which writes base64, and `frames`. */
function hostOf(script: string, channel: 'pipe' | 'stdio' = 'pipe') {
  const streams = channel === 'pipe' ? '[pipe, pipe]' : '[process.stdin, process.stdout]';
  const prelude = `
    const pipe = ${channel === 'pipe' ? `new (require('node:net').Socket)({ fd: ${MESSAGES} })` : 'null'};
    const [input, output] = ${streams};
    const out = (text) => output.write(Buffer.from(text, 'base64'));
    input.on('close', () => process.exit());
    out(${HELLO});
  `;
  return new Client('test', async () => {
    const child = spawn(process.execPath, ['-e', prelude + script], { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
    const own = child.stdio[MESSAGES] as Duplex;
    const opened = pipeChannel(child, 'The child', channel === 'pipe' ? [own, own] : [child.stdin, child.stdout]);
    expect(await greeting(opened)).toBe(true);
    return opened;
  });
}

const REPLY = bytes({ id: 1, reply: 'one' });

describe('a process', () => {
  test('that prints to stdout and stderr all the while is understood', async () => {
    const host = hostOf(`
      console.log('a library says hello'); console.error('and its driver too');
      input.once('data', () => { console.log('\\u0000 {"id":1,"reply":"no"}'); out(${REPLY}); });
    `);
    expect(await host.call('device', {})).toBe('one');
    await host.close();
  });

  test('that prints into the stream of its messages is understood, where it does so between two', async () => {
    const host = hostOf(
      `console.log('noise'); input.once('data', () => { console.log('more'); out(${REPLY}); });`,
      'stdio',
    );
    expect(await host.call('device', {})).toBe('one');
    await host.close();
  });

  test('that crashes in the middle of a frame is lost, and the next call gets another', async () => {
    const host = hostOf(`
      input.once('data', (data) => {
        if (data.includes('"id":2')) return out(${bytes({ id: 2, reply: 'two' })});
        output.write(Buffer.from(${REPLY}, 'base64').subarray(0, -3), () => process.kill(process.pid, 'SIGKILL'));
      });
    `);
    await expect(host.call('device', {})).rejects.toMatchObject({
      code: 'device-lost',
      message: 'The child ended (SIGKILL).',
    });
    expect(await host.call('device', {})).toBe('two');
    await host.close();
  });

  test('that sends what is no message is ended, with one sentence', async () => {
    const damaged = Buffer.concat(frame({ id: 1, reply: 'one' }));
    damaged[12] = 0x21;
    const host = hostOf(`input.once('data', () => out('${damaged.toString('base64')}'));`);
    await expect(host.call('device', {})).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringMatching(/^The child sent what cannot be read: /),
    });
    await host.close();
  });

  test('that takes its time to read gets all 64 MiB, and its own come back', { timeout: 20_000 }, async () => {
    // It reads nothing for a while: what is sent meanwhile must wait, and block nobody.
    const host = hostOf(`
      input.pause();
      setTimeout(() => input.resume(), 500);
      let seen = 0;
      const reply = ${bytes({ id: 1, reply: { a: new Float32Array(0) } })};
      input.on('data', (data) => {
        seen += data.length;
        if (seen < 2 ** 26) return;
        seen = -Infinity;
        const header = '[{"type":"Float32Array","length":16777216}]\\n{"id":1,"reply":{"a":{"$array":0}}}';
        const head = Buffer.from(reply, 'base64').subarray(0, 12);
        head.writeUInt32LE(header.length, 8);
        output.write(head); output.write(header); output.write(Buffer.alloc(2 ** 26, 0x3f));
      });
    `);
    const a = new Float32Array(2 ** 24);
    const request = { op: 'matmul', kernel: '2_coalesced' };
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 20);
    const reply = await host.call('solve', { request, tensors: { a }, limitMs: 1_000 });
    clearInterval(ticking);
    expect(ticks).toBeGreaterThan(10);
    expect((reply as unknown as { a: Float32Array }).a.every((value) => value === 0.7470588088035583)).toBe(true);
    await host.close();
  });
});
