export interface Lock {
  packages?: Record<
    string,
    { version?: string; optional?: boolean; devOptional?: boolean; peer?: boolean; link?: boolean }
  >;
}
export type Say = (line: string) => void;

export function lockDigest(lockText: string, platform?: string): string;
export function sameInstall(lock: Lock, installed: Lock): boolean;
export function isInstalled(root: string): boolean;
export function install(root: string, say: Say): Promise<void>;
export function npm(cwd: string, args: readonly string[]): Promise<void>;
