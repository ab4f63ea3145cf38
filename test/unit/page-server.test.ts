import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PageServer, servePages } from '../../src/cli/hosts/page-server.ts';

let folder = '';
let server: PageServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tilescope-test-'));
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  mkdirSync(join(folder, 'site'));
  writeFileSync(join(folder, 'site/index.html'), 'page');
  server = await servePages(join(folder, 'site'), { base: '/any/path/', pages: { '/made.js': 'made()' } });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** `path` goes out as it is: `fetch` would tidy it. */
function get(path: string): Promise<{ status: number | undefined; text: string; isolated: boolean }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    const outgoing = request({ hostname, port, path }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      const isolated = response.headers['cross-origin-opener-policy'] === 'same-origin';
      response.on('end', () => resolve({ status: response.statusCode, text, isolated }));
    });
    outgoing.on('error', reject).end();
  });
}

test('serves a folder and made-up files under its base, isolated', async () => {
  expect(await get('/any/path/')).toEqual({ status: 200, text: 'page', isolated: true });
  expect(await get('/any/path/index.html?a=b')).toEqual({ status: 200, text: 'page', isolated: true });
  expect(await get('/any/path/made.js')).toEqual({ status: 200, text: 'made()', isolated: true });
});

test('serves nothing else', async () => {
  const paths = [
    '/any/path/index.html/',
    '/',
    '/any/path/none',
    '/any/path/../../secret.txt',
    '/any/path/%2e%2e/secret.txt',
    '/any/path/..%5csecret.txt',
  ];
  for (const path of [...paths, '/any/path/%', '/any/path/%00'])
    expect(await get(path), path).toMatchObject({ status: 404 });
});
