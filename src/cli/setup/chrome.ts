/** A Chrome to run: the one that is installed, or else puppeteer's download, or else Debian's package. */
import { spawn, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join, posix, win32 } from 'node:path';
import { Failure, Refusal } from '../../core/errors.ts';
import { aptInstall, rootPrefix } from './apt.ts';
import { disk, type Files, type Say } from './files.ts';

const DOWNLOAD_MS = 4 * 60_000;
const NAMES = ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser', 'chrome'];

export interface Machine {
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/** Where a Chrome may be on this platform, likeliest first. */
export function chromePaths({ platform, env, home }: Machine): readonly string[] {
  if (platform === 'win32') {
    const bases = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA];
    const folders = ['Google\\Chrome', 'Chromium', 'Google\\Chrome SxS'];
    return folders.flatMap((folder) =>
      bases.flatMap((base) => (base ? [win32.join(base, folder, 'Application', 'chrome.exe')] : [])),
    );
  }
  if (platform === 'darwin') {
    const apps = ['Google Chrome', 'Chromium', 'Google Chrome Canary'];
    return apps.flatMap((app) =>
      ['/Applications', `${home}/Applications`].map((base) => `${base}/${app}.app/Contents/MacOS/${app}`),
    );
  }
  const folders = [...(env.PATH ?? '').split(':').filter(Boolean), '/usr/bin', '/usr/local/bin', '/opt/google/chrome'];
  // A snap cannot read a profile outside its own folder, so it comes last.
  const isSnap = (folder: string): boolean => folder.startsWith('/snap/');
  const paths = [...new Set(folders)].filter((folder) => !isSnap(folder));
  return [
    ...NAMES.flatMap((name) => paths.map((folder) => posix.join(folder, name))),
    '/usr/lib/chromium/chromium',
    '/snap/bin/chromium',
  ];
}

/**
 * The first Chrome that is there and runs; null where none does. CHROME_PATH is taken at its word: where it names
 * nothing that runs, that is refused.
 */
export function findChrome(
  machine: Machine = { platform: process.platform, env: process.env, home: homedir() },
  files: Files = disk,
  runs: (path: string) => boolean = canRun,
): string | null {
  const asked = machine.env.CHROME_PATH;
  if (asked) {
    if (files.exists(asked) && runs(asked)) return asked;
    throw new Refusal(`CHROME_PATH is ${asked}, which is not a Chrome that runs: correct it or unset it.`);
  }
  return chromePaths(machine).find((path) => files.exists(path) && runs(path)) ?? null;
}

/** Finds or installs a Chrome. Throws a `Failure` of code "no-adapter" that says what to install. */
export async function ensureChrome(say: Say): Promise<string> {
  const found = findChrome() ?? (await cachedChrome());
  if (found !== null) return found;
  say('No Chrome was found: downloading one ...');
  await downloadChrome();
  const downloaded = await cachedChrome();
  if (downloaded !== null) return downloaded;
  let why = '';
  if (rootPrefix() !== null) {
    await aptInstall(['chromium'], say).catch((error: Error) => {
      why = ` (${error.message.replace(/\.$/, '')})`;
    });
    const installed = findChrome();
    if (installed !== null) return installed;
  }
  throw new Failure(
    'no-adapter',
    `No Chrome is installed and none could be downloaded${why}: install Chrome (on Debian: apt install chromium), or set CHROME_PATH to one.`,
  );
}

/** The Chrome in puppeteer's cache, where there is one that runs: it may lack the libraries of a bare machine. */
async function cachedChrome(): Promise<string | null> {
  try {
    const { default: puppeteer } = await import('puppeteer');
    const path = await puppeteer.executablePath();
    return disk.exists(path) && canRun(path) ? path : null;
  } catch {
    return null;
  }
}

/** Runs puppeteer's own installer; whether it worked shows in its cache. */
function downloadChrome(): Promise<void> {
  const manifest = createRequire(import.meta.url).resolve('puppeteer/package.json');
  const installer = join(dirname(manifest), 'lib/cjs/puppeteer/node/cli.js');
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [installer, 'browsers', 'install', 'chrome'], {
      stdio: 'ignore',
      timeout: DOWNLOAD_MS,
      killSignal: 'SIGKILL',
    });
    child.on('error', () => resolve());
    child.on('exit', () => resolve());
  });
}

/** Whether it starts at all: Ubuntu's chromium-browser may be a script that only says to install a snap. */
function canRun(path: string): boolean {
  // On Windows `--version` opens a window instead.
  if (process.platform === 'win32') return true;
  return spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 20_000 }).status === 0;
}
