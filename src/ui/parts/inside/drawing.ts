/** One request drawn: lanes above, below them the memory that they touch. Drawn in its own units and stretched to the width there is. */
import { type SVGTemplateResult, svg } from 'lit';
import { withCommas } from '../../../core/words.ts';
import { bankWords } from '../../../model/banks.ts';
import type { Machine } from '../../../model/machines.ts';
import type { Request } from './requests.ts';

export const WIDTH = 1000;
export const HEIGHT = 168;
const LANE_HEIGHT = 18;
const TOP = 76;
const ROOM = HEIGHT - TOP;
/** Room of a sector where few are touched: one by itself over the whole width would look like a great deal of memory. */
const WIDEST = 110;

function colour(lane: number, of: number): string {
  return `color-mix(in oklab, var(--lane-0), var(--lane-2) ${Math.round((100 * lane) / Math.max(1, of - 1))}%)`;
}

function laneRow({ lanes, addresses, site, memory }: Request, group: number): SVGTemplateResult[] {
  const width = WIDTH / group;
  return Array.from({ length: group }, (_, lane) => {
    const at = lanes.indexOf(lane);
    const x = lane * width + 2;
    if (at < 0)
      return svg`<rect class="idle" x=${x} y="0.5" width=${width - 4} height=${LANE_HEIGHT - 1}><title>lane ${lane} takes no part</title></rect>`;
    const first = addresses[at];
    return svg`<rect x=${x} y="0" width=${width - 4} height=${LANE_HEIGHT} .style=${`fill: ${colour(lane, group)}`}>
      <title>lane ${lane}: bytes ${withCommas(first)} to ${withCommas(first + site.bytes - 1)} of ${memory.name}</title></rect>`;
  });
}

function path(lane: number, group: number, x: number, y: number): SVGTemplateResult {
  const from = ((lane + 0.5) * WIDTH) / group;
  const bend = (y - LANE_HEIGHT) / 2;
  return svg`<path class="path" d="M${from} ${LANE_HEIGHT} C${from} ${LANE_HEIGHT + bend} ${x} ${y - bend} ${x} ${y}" .style=${`stroke: ${colour(lane, group)}`} />`;
}

/** What is drawn of memory: sectors touched, their lines by number, a sector's width, the gap between lines, the margin left. */
interface Drawn {
  readonly touched: ReadonlySet<number>;
  readonly lines: readonly number[];
  readonly width: number;
  readonly gap: number;
  readonly margin: number;
}

/** Where the sectors of a request are drawn, in units of WIDTH. */
export function sectorsDrawn({ addresses, site }: Request, { sectorBytes, lineBytes }: Machine): Drawn {
  const touched = new Set<number>();
  for (const address of addresses) {
    const last = Math.floor((address + site.bytes - 1) / sectorBytes);
    for (let sector = Math.floor(address / sectorBytes); sector <= last; sector++) touched.add(sector);
  }
  const perLine = lineBytes / sectorBytes;
  const lines = [...new Set([...touched].map((sector) => Math.floor(sector / perLine)))].sort((a, b) => a - b);
  const gap = lines.length > 1 ? Math.min(14, (WIDTH * 0.25) / (lines.length - 1)) : 0;
  const width = Math.min(WIDEST, (WIDTH - gap * (lines.length - 1)) / lines.length / perLine);
  const margin = (WIDTH - width * perLine * lines.length - gap * (lines.length - 1)) / 2;
  return { touched, lines, width, gap, margin };
}

/** The lines of memory that a request touches, with their sectors; what is asked for in the colour of the lane that asks. */
export function drawSectors(request: Request, machine: Machine): SVGTemplateResult {
  const { group, sectorBytes, lineBytes } = machine;
  const { lanes, addresses, site } = request;
  const { touched, lines, width, gap, margin } = sectorsDrawn(request, machine);
  const perLine = lineBytes / sectorBytes;
  const sectorAt = new Map<number, number>();
  for (const [at, line] of lines.entries())
    for (let part = 0; part < perLine; part++)
      sectorAt.set(line * perLine + part, margin + at * (width * perLine + gap) + part * width);
  const xOf = (byte: number): number =>
    (sectorAt.get(Math.floor(byte / sectorBytes)) ?? 0) + ((byte % sectorBytes) / sectorBytes) * width;
  const bottom = HEIGHT - 8;
  return svg`${laneRow(request, group)}
    ${[...sectorAt].map(
      ([
        sector,
        x,
      ]) => svg`<rect class=${touched.has(sector) ? 'sector' : 'untouched'} x=${x} y=${TOP} width=${width} height=${bottom - TOP}>
        <title>sector ${withCommas(sector)}: bytes ${withCommas(sector * sectorBytes)} to ${withCommas((sector + 1) * sectorBytes - 1)}${touched.has(sector) ? '' : ', not touched'}</title></rect>`,
    )}
    ${lanes.map((lane, at) => {
      const pieces = split(addresses[at], site.bytes, sectorBytes).map(
        ([from, length]) =>
          svg`<rect class="piece" x=${xOf(from)} y=${TOP + 4} width=${Math.max((length / sectorBytes) * width, 1.5)} height=${bottom - TOP - 8} .style=${`fill: ${colour(lane, group)}`} />`,
      );
      const [[from, length]] = split(addresses[at], site.bytes, sectorBytes);
      return svg`${path(lane, group, xOf(from) + ((length / sectorBytes) * width) / 2, TOP + 4)}${pieces}`;
    })}`;
}

/** The banks of workgroup memory: each word in its bank, and below one another what a bank must give in turn. */
export function drawBanks(request: Request, machine: Machine): SVGTemplateResult {
  const { banks, group } = machine;
  const words = bankWords(request.addresses, request.lanes, request.site.bytes, machine);
  const passes = Math.max(1, ...words.map(({ pass }) => pass + 1));
  const width = WIDTH / banks;
  const height = Math.min(20, ROOM / passes);
  const slack = height > 4 ? 2 : 0;
  return svg`${laneRow(request, group)}
    ${Array.from({ length: banks }, (_, bank) => {
      const own = words.filter((word) => word.bank === bank).length;
      return svg`<rect class="bank" x=${bank * width + 1} y=${TOP} width=${width - 2} height=${ROOM}>
        <title>bank ${bank}: ${own} ${own === 1 ? 'word' : 'words'}</title></rect>`;
    })}
    ${words.map(({ word, bank, pass, lanes }) => {
      const y = TOP + pass * height;
      return svg`${lanes.map((lane) => path(lane, group, (bank + 0.5) * width, y))}
        <rect class="word" x=${bank * width + 3} y=${y} width=${width - 6} height=${height - slack} .style=${`fill: ${colour(lanes[0], group)}`}>
          <title>pass ${pass + 1}, bank ${bank}: word ${withCommas(word)} for ${lanes.length === 1 ? `lane ${lanes[0]}` : `${lanes.length} lanes`}</title></rect>`;
    })}`;
}

/** An access as the pieces of it that lie in one sector each: first byte and length. */
function split(address: number, bytes: number, sectorBytes: number): readonly (readonly [number, number])[] {
  const pieces: [number, number][] = [];
  for (let from = address; from < address + bytes; ) {
    const end = Math.min(address + bytes, (Math.floor(from / sectorBytes) + 1) * sectorBytes);
    pieces.push([from, end - from]);
    from = end;
  }
  return pieces;
}
