/** Debian's packages, where this user may install them: as root, or through sudo that asks no password. */
import { spawn, spawnSync } from 'node:child_process';
import { disk, type Files, type Say } from './files.ts';

/** Long enough for a browser over a slow line. */
const LIMIT_MS = 10 * 60_000;

export interface Release {
  /** "debian", "ubuntu", ... */
  readonly id: string;
  /** "bookworm"; empty where the system does not say. */
  readonly codename: string;
}

export function readRelease(files: Files = disk): Release {
  const text = files.read('/etc/os-release') ?? '';
  const field = (name: string): string => new RegExp(`^${name}=["']?([^"'\\n]*)`, 'm').exec(text)?.[1] ?? '';
  return { id: field('ID'), codename: field('VERSION_CODENAME') };
}

/** What to put before a command that needs root: nothing as root, `sudo -n`, or null where neither works. */
export function rootPrefix(): readonly string[] | null {
  if (process.platform !== 'linux' || !disk.exists('/usr/bin/apt-get')) return null;
  if (process.getuid?.() === 0) return [];
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : null;
}

/**
 * Installs packages, from `suite` where given. The lists are updated first: a fresh machine has none.
 * Throws an Error of one sentence.
 */
export async function aptInstall(packages: readonly string[], say: Say, suite?: string): Promise<void> {
  const prefix = rootPrefix();
  if (prefix === null) throw new Error(`Installing ${packages.join(' and ')} needs apt and root.`);
  say(`Installing ${packages.join(', ')} with apt ...`);
  const common = [
    '-qq',
    '-o',
    'DPkg::Lock::Timeout=120',
    '-o',
    'Acquire::Retries=2',
    '-o',
    'Acquire::http::Timeout=20',
  ];
  // One foreign source that does not answer fails the update, though Debian's own lists are there.
  await apt(prefix, [...common, 'update']).catch(() => undefined);
  const from = suite === undefined ? [] : ['-t', suite];
  await apt(prefix, [...common, 'install', '-y', '--no-install-recommends', ...from, ...packages]);
}

/** Writes a file that only root may write. */
export function writeAsRoot(path: string, text: string): void {
  const prefix = rootPrefix();
  if (prefix === null) throw new Error(`Writing ${path} needs root.`);
  const [command, ...args] = [...prefix, 'tee', path];
  const { status } = spawnSync(command, args, { input: text, stdio: ['pipe', 'ignore', 'ignore'] });
  if (status !== 0) throw new Error(`${path} could not be written.`);
}

function apt(prefix: readonly string[], args: readonly string[]): Promise<void> {
  const environment = ['env', 'DEBIAN_FRONTEND=noninteractive', 'LC_ALL=C'];
  const [command, ...rest] = [...prefix, ...environment, 'apt-get', ...args];
  return new Promise((resolve, reject) => {
    const child = spawn(command, rest, { stdio: ['ignore', 'ignore', 'pipe'], timeout: LIMIT_MS });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    child.on('error', (error) => reject(new Error(`apt-get could not be started: ${error.message}.`)));
    child.on('close', (status, signal) => {
      const why = /^E: (.*)/m.exec(errors)?.[1] ?? signal ?? `exit status ${status}`;
      if (status === 0) resolve();
      else reject(new Error(`apt-get could not install: ${why.replace(/\.$/, '')}.`));
    });
  });
}
