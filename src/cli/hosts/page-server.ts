/** A small server of static files on 127.0.0.1, with the headers that give a page exact clocks. */
import { createReadStream, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, posix } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.wgsl': 'text/plain; charset=utf-8',
};

/** With these a page is cross-origin isolated: performance.now() then steps by 5 us instead of 100. */
export const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
} as const;

export interface PageServer {
  /** Ends in a slash. */
  readonly url: string;
  close(): Promise<void>;
}

export interface Served {
  readonly base?: string;
  /** Made-up files by their path. */
  readonly pages?: Readonly<Record<string, string>>;
  /** Asked first; true where it answers a request itself. */
  readonly handle?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** Serves `folder` under `base`. */
export async function servePages(
  folder: string,
  { base = '/', pages = {}, handle = () => false }: Served = {},
): Promise<PageServer> {
  const server: Server = createServer((request, response) => {
    if (handle(request, response)) return;
    const name = fileName(request.url ?? '/', base);
    const headers = { 'Content-Type': TYPES[extname(name ?? '')] ?? 'application/octet-stream', ...ISOLATION };
    if (name !== null && name in pages) {
      response.writeHead(200, headers).end(pages[name]);
      return;
    }
    const file = name === null ? null : join(folder, name);
    if (file !== null && isFile(file)) {
      response.writeHead(200, headers);
      createReadStream(file).pipe(response);
      return;
    }
    // As static hosts do where a site has such a page.
    const spare = join(folder, '404.html');
    if (name === null || !isFile(spare)) {
      response.writeHead(404, ISOLATION).end();
      return;
    }
    response.writeHead(404, { ...headers, 'Content-Type': TYPES['.html'] });
    createReadStream(spare).pipe(response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  server.unref();
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${base}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    // Nothing of the name, or a file where a folder was meant.
    return false;
  }
}

/** The path below `base` that a request asks for, from "/"; null where it asks for something else. */
function fileName(url: string, base: string): string | null {
  try {
    const asked = decodeURIComponent(new URL(url, 'http://localhost').pathname);
    if (!asked.startsWith(base) || asked.includes('\\') || asked.includes('\0')) return null;
    const name = posix.normalize(`/${asked.slice(base.length)}`);
    return name.endsWith('/') ? `${name}index.html` : name;
  } catch {
    // Not an address at all.
    return null;
  }
}
