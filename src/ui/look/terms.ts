/** Terms of the field, each in one sentence, for a reader who meets one for the first time. */
import { css, html, type TemplateResult } from 'lit';

const TERMS = {
  invocation:
    'One run of the kernel’s main function, usually for one element of the output; other APIs call it a thread.',
  workgroup: 'Invocations that run on the same compute unit, can share its workgroup memory and wait for one another.',
  dispatch: 'One launch of a kernel over its whole grid of workgroups.',
  subgroup: 'Invocations that the hardware issues together, often 32 of them; also called a warp or a wave.',
  lane: 'One invocation of a subgroup. Its lanes usually execute an instruction together, each on its own data, but only a barrier makes sure of it.',
  sector: 'The smallest piece that a GPU fetches from memory, often 32 bytes.',
  line: 'The unit in which caches keep track of memory, often 128 bytes: a load brings in those of its sectors that it touches.',
  'bank conflict':
    'Workgroup memory has banks that serve one word at a time: lanes that want different words of one bank wait.',
  bank: 'Workgroup memory is spread over banks, each of which serves one word at a time.',
  pitch: 'How many bytes lie between the starts of two neighbouring rows (or columns): their length and padding.',
  'warm caches':
    'Every dispatch uses the same buffers, so that what fits a cache is already there from the one before.',
  p90: 'The time that nine of ten samples do not exceed.',
  request: 'One load or store of one line of the code by all lanes of a subgroup together, as a trace counts it.',
  sanitizer:
    'Reads the log of a copy of the kernel that notes every access, and names races, indices out of bounds and reads of what nothing has written.',
  scratch: 'Memory that a kernel allocates for its own use, besides its inputs and outputs.',
} as const;

export type Term = keyof typeof TERMS;

/** How a text writes them. A line is one of memory only where the text says so. */
const FORMS: Readonly<Record<Term, string>> = {
  invocation: 'invocations?',
  workgroup: 'workgroups?',
  dispatch: 'dispatch(?:es)?',
  subgroup: 'subgroups?',
  lane: 'lanes?',
  sector: 'sectors?',
  line: 'lines? of memory|memory lines?|128-byte line',
  'bank conflict': 'bank conflicts?',
  bank: 'banks',
  pitch: 'pitch',
  'warm caches': 'warm caches',
  p90: 'p90',
  request: 'requests?',
  sanitizer: 'sanitizer',
  scratch: 'scratch(?: memory)?',
};

/** For the elements that explain terms; the tip spans the paragraph, which is to be of class "terms". */
export const termStyles = css`
  .terms {
    position: relative;
  }
  .term {
    text-decoration: underline;
    text-decoration-style: dotted;
    text-decoration-thickness: 1px;
    text-underline-offset: 3px;
    cursor: help;
  }
  .term:is(:hover, :focus-visible)::after {
    content: attr(data-tip);
    position: absolute;
    z-index: 20;
    inset: auto 0 calc(100% + 2px) 0;
    padding: 4px 8px;
    border-radius: 3px;
    background: var(--ink);
    color: var(--ground);
    font: 12px/16px var(--sans);
    white-space: normal;
    pointer-events: none;
  }
`;

type Explained = readonly (string | TemplateResult)[];

const ALL = Object.keys(TERMS) as Term[];

/** A text in which the first mention of each term shows on hover and on focus what it means. */
export function explained(text: string, terms: readonly Term[] = ALL): Explained {
  return explainer(terms)(text);
}

/** The same for several texts that are read one after the other: each term is explained in the first that has it. */
export function explainer(terms: readonly Term[] = ALL): (text: string) => Explained {
  const left = new Set(terms);
  return (text) => explain(text, terms, left);
}

/** Takes what it explains out of those left. */
function explain(text: string, terms: readonly Term[], left: Set<Term>): Explained {
  const pattern = new RegExp(`\\b(?:${terms.map((term) => `(${FORMS[term]})`).join('|')})(?!\\w)`, 'gi');
  const parts: (string | TemplateResult)[] = [];
  let done = 0;
  for (const match of text.matchAll(pattern)) {
    const term = terms[match.slice(1).findIndex((form) => form !== undefined)];
    if (!left.delete(term)) continue;
    const [word] = match;
    parts.push(
      text.slice(done, match.index),
      html`<span class="term" tabindex="0" data-tip=${TERMS[term]} aria-description=${TERMS[term]}>${word}</span>`,
    );
    done = match.index + word.length;
  }
  return [...parts, text.slice(done)];
}
