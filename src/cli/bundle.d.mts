export type BundleName =
  | 'cli.mjs'
  | 'tasks.mjs'
  | 'check-wgsl.mjs'
  | 'broken.mjs'
  | 'dawn-host.mjs'
  | 'deno-host.mjs'
  | 'browser-host.js';
/** What the hosts need; each is one file. */
export const HOST_BUNDLES: readonly BundleName[];

export function bundleFolder(root: string): string;
export function bundle(root: string, names: readonly BundleName[]): Promise<string>;
export function bundleStandalone(root: string, file: string, entry?: string): Promise<void>;
