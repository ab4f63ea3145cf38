/** What every JSON document of Tilescope starts with, whoever writes it, and which versions of it can be read. */
import manifest from '../../package.json' with { type: 'json' };

export const VERSION = manifest.version;

/** The first version whose JSON has the form that this one writes and reads. */
const FORM_SINCE = '0.2.0';

/** The fields that every document starts with. */
export function documentHead(): { tool: 'tilescope'; version: string; createdAt: string } {
  return { tool: 'tilescope', version: VERSION, createdAt: new Date().toISOString() };
}

/** Why a file that says it was written by `version` cannot be read, as the end of a sentence; null where it can. */
export function unreadable(version: unknown): string | null {
  const known = `what Tilescope ${FORM_SINCE} and later wrote`;
  if (typeof version !== 'string')
    return `it names no version of Tilescope, and this is ${VERSION}, which reads ${known}`;
  if (isBefore(version, FORM_SINCE)) {
    return `it was written by Tilescope ${version}, and this is ${VERSION}, which reads ${known}`;
  }
  if (isBefore(VERSION, version)) return `it was written by Tilescope ${version}, and this is only ${VERSION}`;
  return null;
}

/** Versions are three numbers. */
function isBefore(a: string, b: string): boolean {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  const at = left.findIndex((number, index) => number !== right[index]);
  return at >= 0 && left[at] < right[at];
}
