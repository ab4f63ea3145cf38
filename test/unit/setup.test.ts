import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readRelease } from '../../src/cli/setup/apt.ts';
import { chromePaths, findChrome } from '../../src/cli/setup/chrome.ts';
import type { Files } from '../../src/cli/setup/files.ts';
import { install, isInstalled, lockDigest, sameInstall } from '../../src/cli/setup/install.mjs';
import { backportsFile, readSources } from '../../src/cli/setup/sources.ts';
import { findLavapipe, findSwiftShader, hasGpuDevice } from '../../src/cli/setup/vulkan.ts';
import { hasDisplay, startOptions } from '../../src/cli/tasks/start.ts';

/** A file system of the given files. */
function filesOf(texts: Readonly<Record<string, string>>): Files {
  const paths = Object.keys(texts);
  return {
    exists: (path) => paths.some((one) => one === path || one.startsWith(`${path}/`)),
    read: (path) => texts[path] ?? null,
    list: (path) => [
      ...new Set(
        paths.filter((one) => one.startsWith(`${path}/`)).map((one) => one.slice(path.length + 1).split('/')[0]),
      ),
    ],
  };
}

describe('package sources', () => {
  const debianSources = `Types: deb
# a snapshot
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`;

  test('backports come from the mirror and the key of the machine itself', () => {
    const sources = readSources(filesOf({ '/etc/apt/sources.list.d/debian.sources': debianSources }));
    expect(backportsFile(sources, 'bookworm')).toBe(`Types: deb
URIs: http://mirror.example/debian
Suites: bookworm-backports
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`);
  });

  test('the classic format is read too, with and without options', () => {
    const list = `# deb http://old.example/debian bookworm main
deb-src http://mirror.example/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] https://mirror.example/debian bookworm main contrib
deb http://security.example/ bookworm-security main
`;
    const sources = readSources(filesOf({ '/etc/apt/sources.list': list }));
    expect(sources.map(({ suites }) => suites)).toEqual([['bookworm'], ['bookworm-security']]);
    expect(backportsFile(sources, 'bookworm')).toBe(`Types: deb
URIs: https://mirror.example/debian
Suites: bookworm-backports
Components: main
Signed-By: /k.gpg
`);
    const plain = readSources(filesOf({ '/etc/apt/sources.list': 'deb http://mirror.example/debian bookworm main\n' }));
    expect(backportsFile(plain, 'bookworm')).not.toContain('Signed-By');
  });

  test('nothing is written twice', () => {
    const first = readSources(filesOf({ '/etc/apt/sources.list.d/debian.sources': debianSources }));
    const texts = {
      '/etc/apt/sources.list.d/debian.sources': debianSources,
      '/etc/apt/sources.list.d/tilescope-backports.sources': backportsFile(first, 'bookworm') ?? '',
    };
    expect(backportsFile(readSources(filesOf(texts)), 'bookworm')).toBeNull();
  });

  test('a key given as text stays whole, and a disabled source does not count', () => {
    const key = ' -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQINBF\n -----END PGP PUBLIC KEY BLOCK-----';
    const text = `Enabled: no
Types: deb
URIs: http://dead.example/
Suites: bookworm

Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm
Components: main
Signed-By:
${key}
`;
    const written = backportsFile(readSources(filesOf({ '/etc/apt/sources.list.d/d.sources': text })), 'bookworm');
    expect(written).toContain('URIs: http://mirror.example/debian\n');
    expect(written).toContain(key);
    const again = readSources(filesOf({ '/etc/apt/sources.list.d/b.sources': written ?? '' }));
    expect(again[0].signedBy).toContain('mQINBF');
  });

  test('a machine without a source for its release is an error that says so', () => {
    expect(() => backportsFile([], 'bookworm')).toThrow('No package source for bookworm');
  });

  test('the release is read from os-release', () => {
    const text = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_CODENAME=bookworm\nID=debian\n';
    expect(readRelease(filesOf({ '/etc/os-release': text }))).toEqual({ id: 'debian', codename: 'bookworm' });
    expect(readRelease(filesOf({}))).toEqual({ id: '', codename: '' });
  });
});

describe('Chrome', () => {
  const linux = { platform: 'linux', env: { PATH: '/snap/bin:/opt/tools:/usr/bin' }, home: '/home/ada' };
  const always = (): boolean => true;

  test('the first that is there and runs is taken', () => {
    const files = filesOf({ '/usr/bin/chromium': '', '/usr/bin/google-chrome': '' });
    expect(findChrome(linux, files, always)).toBe('/usr/bin/google-chrome');
    expect(findChrome(linux, files, (path) => path.endsWith('chromium'))).toBe('/usr/bin/chromium');
    expect(findChrome(linux, files, () => false)).toBeNull();
    expect(findChrome(linux, filesOf({}), always)).toBeNull();
  });

  test('CHROME_PATH goes before all, and is refused where it names nothing that runs', () => {
    const files = filesOf({ '/mine/chrome': '', '/usr/bin/chromium': '' });
    const asked = { ...linux, env: { ...linux.env, CHROME_PATH: '/mine/chrome' } };
    expect(findChrome(asked, files, always)).toBe('/mine/chrome');
    expect(() => findChrome(asked, filesOf({ '/usr/bin/chromium': '' }), always)).toThrow(
      'CHROME_PATH is /mine/chrome',
    );
    expect(() => findChrome(asked, files, () => false)).toThrow('correct it or unset it');
  });

  test('a snap comes last', () => {
    const paths = chromePaths(linux);
    expect(paths.at(-1)).toBe('/snap/bin/chromium');
    expect(paths.filter((path) => path.startsWith('/snap/'))).toHaveLength(1);
  });

  test('macOS and Windows have their own places', () => {
    expect(chromePaths({ platform: 'darwin', env: {}, home: '/Users/ada' })).toContain(
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    );
    const env = { PROGRAMFILES: 'C:\\Program Files', LOCALAPPDATA: 'C:\\Users\\ada\\AppData\\Local' };
    expect(chromePaths({ platform: 'win32', env, home: 'C:\\Users\\ada' })[0]).toBe(
      'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    );
  });

  test('SwiftShader is beside the binary, or where the script in /usr/bin starts it from', () => {
    const beside = filesOf({ '/opt/x/vk_swiftshader_icd.json': '' });
    expect(findSwiftShader('/opt/x/chrome', beside)).toBe('/opt/x/vk_swiftshader_icd.json');
    const debian = filesOf({ '/usr/lib/chromium/vk_swiftshader_icd.json': '' });
    expect(findSwiftShader('/usr/bin/chromium', debian)).toBe('/usr/lib/chromium/vk_swiftshader_icd.json');
    expect(findSwiftShader('/usr/bin/chromium', filesOf({}))).toBeNull();
  });

  test('a window is opened only where someone may see it', () => {
    expect(hasDisplay({ DISPLAY: ':0' }, 'linux')).toBe(true);
    expect(hasDisplay({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toBe(true);
    expect(hasDisplay({}, 'linux')).toBe(false);
    expect(hasDisplay({ DISPLAY: ':0', CI: 'true' }, 'linux')).toBe(false);
    expect(hasDisplay({}, 'darwin')).toBe(true);
  });
});

describe.runIf(process.platform === 'linux')('lavapipe', () => {
  const icd = '/usr/share/vulkan/icd.d/lvp_icd.json';

  test('is found by its ICD, where Mesa is new enough', () => {
    const files = filesOf({ [icd]: '{}', '/usr/share/vulkan/icd.d/intel_icd.json': '{}' });
    expect(findLavapipe(files, () => 25)).toBe(icd);
    expect(findLavapipe(files, () => null)).toBe(icd);
    expect(findLavapipe(files, () => 22)).toBeNull();
    expect(findLavapipe(filesOf({ '/usr/share/vulkan/icd.d/intel_icd.json': '{}' }), () => 25)).toBeNull();
  });

  test('of another processor does not count', () => {
    const folder = '/usr/share/vulkan/icd.d';
    const ours = process.arch === 'x64' ? 'lvp_icd.x86_64.json' : 'lvp_icd.aarch64.json';
    const files = filesOf({ [`${folder}/lvp_icd.i686.json`]: '{}', [`${folder}/${ours}`]: '{}' });
    expect(findLavapipe(files, () => 25)).toBe(`${folder}/${ours}`);
    expect(findLavapipe(filesOf({ [`${folder}/lvp_icd.i686.json`]: '{}' }), () => 25)).toBeNull();
  });

  test('a hardware GPU shows as a device node', () => {
    expect(hasGpuDevice(filesOf({}), 'linux')).toBe(false);
    expect(hasGpuDevice(filesOf({ '/dev/dri/card0': '' }), 'linux')).toBe(false);
    expect(hasGpuDevice(filesOf({ '/dev/dri/renderD128': '' }), 'linux')).toBe(true);
    expect(hasGpuDevice(filesOf({ '/dev/nvidia0': '' }), 'linux')).toBe(true);
    expect(hasGpuDevice(filesOf({}), 'darwin')).toBe(true);
  });
});

describe('the installed packages', () => {
  const lock = {
    packages: {
      '': {},
      'node_modules/lit': { version: '3.3.3' },
      'node_modules/@x/linux': { version: '1.0.0', optional: true },
      'node_modules/@x/darwin': { version: '1.0.0', optional: true },
    },
  };
  const installed = {
    packages: { 'node_modules/lit': { version: '3.3.3' }, 'node_modules/@x/linux': { version: '1.0.0' } },
  };
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tilescope-test-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  test('match the lockfile where all but other platforms’ packages are there', () => {
    expect(sameInstall(lock, installed)).toBe(true);
    expect(sameInstall(lock, { packages: { ...installed.packages, 'node_modules/lit': { version: '3.3.2' } } })).toBe(
      false,
    );
    expect(sameInstall(lock, { packages: { 'node_modules/@x/linux': { version: '1.0.0' } } })).toBe(false);
    expect(sameInstall(lock, { packages: { ...installed.packages, 'node_modules/old': { version: '1.0.0' } } })).toBe(
      false,
    );
  });

  test('the digest tells lockfiles and platforms apart', () => {
    expect(lockDigest('a', 'linux-x64')).toBe(lockDigest('a', 'linux-x64'));
    expect(lockDigest('a', 'linux-x64')).not.toBe(lockDigest('b', 'linux-x64'));
    expect(lockDigest('a', 'linux-x64')).not.toBe(lockDigest('a', 'darwin-arm64'));
  });

  test('an install by hand is recognised and stamped; a changed lockfile makes it stale', () => {
    expect(isInstalled(root)).toBe(false);
    mkdirSync(join(root, 'node_modules'));
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify(lock));
    expect(isInstalled(root)).toBe(false);
    writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify(installed));
    expect(isInstalled(root)).toBe(true);
    expect(readFileSync(join(root, 'node_modules/.tilescope-install'), 'utf8')).toBe(lockDigest(JSON.stringify(lock)));
    const newer = { packages: { ...lock.packages, 'node_modules/lit': { version: '3.4.0' } } };
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify(newer));
    expect(isInstalled(root)).toBe(false);
  });

  test('a broken record counts as not installed', () => {
    mkdirSync(join(root, 'node_modules'));
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify(lock));
    writeFileSync(join(root, 'node_modules/.package-lock.json'), '{ "packages": ');
    expect(isInstalled(root)).toBe(false);
  });

  test('a run waits for another that is installing', async () => {
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify(lock));
    mkdirSync(join(root, '.cache/install.lock'), { recursive: true });
    writeFileSync(join(root, '.cache/install.lock/pid'), String(process.pid));
    const lines: string[] = [];
    const waiting = install(root, (line) => lines.push(line));
    await expect.poll(() => lines).toEqual([expect.stringContaining('Waiting for another run')]);
    // What the other run leaves behind.
    mkdirSync(join(root, 'node_modules'));
    writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify(installed));
    rmSync(join(root, '.cache/install.lock'), { recursive: true });
    await waiting;
    expect(lines).toHaveLength(1);
  });
});

describe('npm start', () => {
  test('listens where it is told to, else at PORT, else wherever there is room', () => {
    expect(startOptions(['--port', '8080', '--host=0.0.0.0'], { PORT: '9' })).toEqual({
      dev: false,
      port: 8080,
      host: '0.0.0.0',
      strictPort: true,
    });
    expect(startOptions([], { PORT: '3000' })).toEqual({ dev: false, port: 3000, strictPort: true });
    expect(startOptions([], {})).toEqual({ dev: false, strictPort: false });
    expect(startOptions(['--dev', '--port=1'], {})).toMatchObject({ dev: true, port: 1 });
  });

  test.each([[['--port']], [['--port', 'x']], [['--port=70000']], [['here']]])('refuses %s', (args) => {
    expect(() => startOptions(args, {})).toThrow(/port/);
  });
});
