import type { OpenOptions } from '../../gpu/device.ts';
import type { Host } from '../../lab/protocol.ts';
import type { Say } from '../setup/files.ts';

export const HOST_NAMES = ['chrome', 'dawn', 'deno'] as const;
export type HostName = (typeof HOST_NAMES)[number];

export const ADAPTERS = ['default', 'swiftshader', 'lavapipe'] as const;
/** `default` is a hardware adapter, or else the software one that is installed. */
export type AdapterName = (typeof ADAPTERS)[number];

export interface HostOptions {
  readonly adapter?: AdapterName;
  /** How the device is opened on the other side. */
  readonly device?: OpenOptions;
  /** Takes progress of set-up, which may install a browser; stderr by default. */
  readonly say?: Say;
  /** Silence allowed on top of a call's own limit before the host counts as hung. */
  readonly silenceMs?: number;
}

/** A host in a process that can be seen, so that tests can end it in the middle. */
export interface ProcessHost extends Host {
  /** The latest process, whether it lives or not. */
  readonly pid: number;
}
