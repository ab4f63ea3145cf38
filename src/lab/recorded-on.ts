/** Where and when something was recorded, in a few words: the files have the driver's whole description. */
import type { DeviceReport } from './result.ts';

type Adapter = Pick<DeviceReport['adapter'], 'description' | 'device' | 'software'>;

/** "nvidia-h200, 27 Nov 2026", "llvmpipe (software), 27 Nov 2026"; `createdAt` is a date of ISO 8601. */
export function recordedOn({ description, device, software }: Adapter, createdAt: string): string {
  // A driver names a software adapter first, and then its own version and its compiler's.
  const [name] = description.split(/[:(]/);
  const words = software ? `${name.trim()} (software)` : device || name.trim();
  return `${words}, ${day(createdAt)}`;
}

/** The day of a time as documents write it: "27 Nov 2026", of "2026-11-27T09:30:00Z". */
export function day(createdAt: string): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(createdAt));
}
