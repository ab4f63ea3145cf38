/** Debian's list of package sources: reads both of its formats and writes one for a backports suite. */
import { disk, type Files } from './files.ts';

const FOLDER = '/etc/apt/sources.list.d';

export interface Source {
  readonly uris: string;
  readonly suites: readonly string[];
  /** A key ring's path, or a whole key in indented lines; null where the source names none. */
  readonly signedBy: string | null;
}

/** Every binary package source of this machine. */
export function readSources(files: Files = disk): readonly Source[] {
  const sources: Source[] = [...parseLines(files.read('/etc/apt/sources.list') ?? '')];
  for (const name of [...files.list(FOLDER)].sort()) {
    const text = files.read(`${FOLDER}/${name}`) ?? '';
    if (name.endsWith('.sources')) sources.push(...parseStanzas(text));
    else if (name.endsWith('.list')) sources.push(...parseLines(text));
  }
  return sources;
}

/**
 * The text of a sources file for `<codename>-backports` from the same mirror and key as the machine's own source for
 * `<codename>`. Null where that suite is listed already. Throws where the machine has no source for `<codename>`.
 */
export function backportsFile(sources: readonly Source[], codename: string): string | null {
  const suite = `${codename}-backports`;
  if (sources.some(({ suites }) => suites.includes(suite))) return null;
  const own = sources.find(({ suites }) => suites.includes(codename));
  if (!own) throw new Error(`No package source for ${codename} is set up, so there is none to take backports from.`);
  const signedBy = own.signedBy === null ? '' : `Signed-By: ${own.signedBy}\n`;
  return `Types: deb\nURIs: ${own.uris}\nSuites: ${suite}\nComponents: main\n${signedBy}`;
}

/** The deb822 format: stanzas of `Field: value`, with values going on in indented lines. */
function parseStanzas(text: string): Source[] {
  const withoutComments = text.replace(/^#.*\n?/gm, '');
  return withoutComments.split(/\n(?:[ \t]*\n)+/).flatMap((stanza) => {
    const fields = new Map<string, string>();
    for (const [, name, value] of stanza.matchAll(/^([\w-]+):[ \t]*((?:.*)(?:\n[ \t]+.*)*)/gm)) {
      fields.set(name.toLowerCase(), value.trimEnd());
    }
    const types = fields.get('types')?.split(/\s+/) ?? [];
    if (!types.includes('deb') || fields.get('enabled')?.toLowerCase() === 'no') return [];
    return {
      uris: fields.get('uris') ?? '',
      suites: fields.get('suites')?.split(/\s+/) ?? [],
      signedBy: fields.get('signed-by') ?? null,
    };
  });
}

/** The classic format: `deb [option=value ...] URI suite component ...`. */
function parseLines(text: string): Source[] {
  return [...text.matchAll(/^deb[ \t]+(?:\[([^\]]*)\][ \t]+)?(\S+)[ \t]+(\S+)/gm)].map(([, options, uris, suite]) => ({
    uris,
    suites: [suite],
    signedBy: /(?:^|\s)signed-by=(\S+)/.exec(options ?? '')?.[1] ?? null,
  }));
}
