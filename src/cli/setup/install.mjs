/**
 * Installs the npm packages that the lockfile names. Runs on bare Node, before node_modules exists, so it is plain
 * JavaScript and imports nothing but Node's own modules; its types are in install.d.mts.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const STAMP = 'node_modules/.tilescope-install';

/** A running install that has not finished in this time is taken for dead. */
const STALE_MS = 15 * 60_000;

/** What node_modules must match: a digest of the lockfile and of the platform, whose packages differ. */
export function lockDigest(lockText, platform = `${process.platform}-${process.arch}`) {
  return createHash('sha256').update(platform).update('\0').update(lockText).digest('hex');
}

/**
 * Whether npm's own record of an install (node_modules/.package-lock.json) holds just what the lockfile asks for.
 * Packages for other platforms may be missing: npm leaves those out.
 */
export function sameInstall(lock, installed) {
  const asked = lock.packages ?? {};
  const have = installed.packages ?? {};
  for (const [path, entry] of Object.entries(asked)) {
    if (path === '' || entry.link) continue;
    const found = have[path];
    if (found ? found.version !== entry.version : !(entry.optional || entry.devOptional || entry.peer)) return false;
  }
  return Object.keys(have).every((path) => path in asked);
}

/** Whether node_modules under `root` matches the lockfile. */
export function isInstalled(root) {
  const lockText = readText(join(root, 'package-lock.json'));
  if (lockText === null) return existsSync(join(root, 'node_modules'));
  if (readText(join(root, STAMP)) === lockDigest(lockText)) return true;
  const record = readText(join(root, 'node_modules/.package-lock.json'));
  if (record === null) return false;
  try {
    if (!sameInstall(JSON.parse(lockText), JSON.parse(record))) return false;
  } catch {
    return false;
  }
  stamp(root, lockText);
  return true;
}

/**
 * Runs `npm ci` where node_modules is missing or does not match. Where another run is installing, waits for it.
 * Throws an Error of one sentence.
 */
export async function install(root, say) {
  if (isInstalled(root)) return;
  const release = await takeTurn(join(root, '.cache', 'install.lock'), say);
  try {
    if (isInstalled(root)) return;
    say('Installing the npm packages (npm ci) ...');
    const lockText = readText(join(root, 'package-lock.json'));
    await npm(root, [
      lockText === null ? 'install' : 'ci',
      '--include=dev',
      '--include=optional',
      '--no-audit',
      '--no-fund',
    ]);
    if (lockText !== null) stamp(root, lockText);
  } finally {
    release();
  }
}

/** Runs npm with its output on stderr, so that stdout stays the command's own. */
export function npm(cwd, args) {
  // `npm run` names its own entry file; without it npm is looked up, which on Windows is a .cmd that wants a shell.
  const entry = process.env.npm_execpath;
  const viaNode = entry?.endsWith('.js') || entry?.endsWith('.cjs');
  const command = viaNode ? process.execPath : 'npm';
  return new Promise((resolve, reject) => {
    const child = spawn(command, viaNode ? [entry, ...args] : args, {
      cwd,
      stdio: ['ignore', 2, 2],
      shell: !viaNode && process.platform === 'win32',
    });
    child.on('error', (error) =>
      reject(new Error(`npm could not be started (${error.message}): install Node with npm.`)),
    );
    child.on('exit', (code, signal) =>
      code === 0
        ? resolve()
        : reject(
            new Error(`npm ${args[0]} failed with ${signal ?? `exit status ${code}`}: its own output above says why.`),
          ),
    );
  });
}

function stamp(root, lockText) {
  try {
    writeFileSync(join(root, STAMP), lockDigest(lockText));
  } catch {
    // A read-only node_modules is compared in full each time instead.
  }
}

/** Waits until `lock` can be made; making a folder is atomic on every file system. Returns what releases it. */
async function takeTurn(lock, say) {
  mkdirSync(join(lock, '..'), { recursive: true });
  for (let told = false; ; ) {
    try {
      mkdirSync(lock);
      writeFileSync(join(lock, 'pid'), String(process.pid));
      return () => rmSync(lock, { recursive: true, force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (isAbandoned(lock)) {
      rmSync(lock, { recursive: true, force: true });
      continue;
    }
    if (!told) say('Waiting for another run that is installing the npm packages ...');
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

function isAbandoned(lock) {
  try {
    const age = Date.now() - statSync(lock).mtimeMs;
    const pid = Number(readText(join(lock, 'pid')));
    // Between making the folder and writing its pid there is a moment without one.
    if (!pid) return age > 5_000;
    return age > STALE_MS || !isAlive(pid);
  } catch {
    return false;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
