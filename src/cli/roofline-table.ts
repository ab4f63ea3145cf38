/** The roofline for a terminal: each kernel under the roofs, by the bytes it must move and by those it asks for. */
import { dtypeOf, type RooflinePoint, workOf } from '../lab/roofline.ts';
import { type Arithmetic, type Place, placed, type Roof, type Roofs, ridge } from '../model/roofline.ts';
import type { Screen } from './screen.ts';
import { columns, duration, significant, timeUnit, wrap } from './text.ts';

/** Columns that are words and no numbers. */
const WORDS = ['operation', 'kernel', 'bound by'];

function headerOf(unit: string, bandwidth: string): string[] {
  const [rate, perByte] = [`G${unit}/s`, `${unit}/B`];
  const needed = ['operation', 'kernel', 'median (99%)', rate, perByte, '% of roof', 'bound by'];
  return [...needed, `traced ${perByte}`, '% of roof', `traced ${bandwidth}`, 'asked / needed'];
}

/** `unplaced` are the kernels that do not take the type of the points' data. */
export function rooflineTable(
  points: readonly RooflinePoint[],
  roofs: Roofs,
  screen: Screen,
  unplaced: readonly string[],
): string {
  const wrapped = (text: string): string[] => wrap(text, '  ', screen.width);
  const unit = points.find((point) => point.unit !== '')?.unit ?? '';
  const header = headerOf(unit, roofs.memory.unit);
  const meet = ridge(roofs);
  const isPlaced = ({ medianNs, operations }: RooflinePoint): boolean => medianNs !== null && operations !== null;
  const moving = points.filter((point) => point.medianNs !== null && point.operations === null);
  const cells = points.filter(isPlaced).map((point) => row(point, roofs));
  const missing = points.filter(({ medianNs }) => medianNs === null);
  const dtype = dtypeOf(points);
  const elsewhere = dtype === 'f32' ? '; with --dtype f16 those of f16 are placed' : '';
  const untraced = points.filter(({ medianNs, untraced }) => medianNs !== null && untraced !== null);
  const lines = [
    '',
    `Roofline: every kernel that takes ${dtype}, by the bytes that its problem needs, and by those that its requests ask for (traced)`,
    ...columns(
      [header, ...cells],
      header.map((head) => !WORDS.includes(head)),
    ),
    ...wrapped(roofLine(roofs.memory)),
    ...wrapped(roofLine(roofs.arithmetic)),
    ...(roofs.half ? wrapped(roofLine(roofs.half)) : []),
    ...wrapped(
      meet === null
        ? 'Shares of a roof are left out where one of the two is withheld.'
        : `The roofs meet at ${significant(meet)} ${unit}/B: below that a kernel is bound by memory.`,
    ),
    ...wrapped(
      'Traced bytes are sectors of 32 bytes of all requests, before any cache. Where they are more than the bytes needed, caches served the rest; a share above 100% says that they did.',
    ),
    ...(dtype === 'f32' ? [] : wrapped(computing(points))),
    ...moving.flatMap((point) => wrapped(movingLine(point, roofs.memory))),
    ...missing.flatMap(({ op, kernel, status, reason }) => wrapped(`${op} ${kernel}: no time, ${status}: ${reason}`)),
    ...untraced.flatMap(({ op, kernel, untraced: why }) => wrapped(`${op} ${kernel}: no trace: ${why}`)),
    ...(unplaced.length > 0
      ? wrapped(`Left out, since they do not take ${dtype}: ${unplaced.join(', ')}${elsewhere}.`)
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** Under which roof of arithmetic kernels that store f16 are. */
function computing(points: readonly RooflinePoint[]): string {
  const names = (which: Arithmetic): string =>
    points
      .filter(({ arithmetic, medianNs }) => arithmetic === which && medianNs !== null)
      .map(({ op, kernel }) => `${op} ${kernel}`)
      .join(', ');
  const [half, matrices] = [names('f16'), names('subgroup matrices')];
  return [
    'Kernels that store f16 compute in f32, and their roof is that of f32',
    ...(half === '' ? [] : [`but for ${half}, under that of f16`]),
    ...(matrices === ''
      ? []
      : [`${half === '' ? 'but' : 'and'} for ${matrices}, of whose subgroup matrices no roof is measured`]),
  ]
    .join(', ')
    .concat('.');
}

function roofLine({ title, unit, value, interval, withheld }: Roof): string {
  if (value === null) return `${title}: withheld (${withheld}).`;
  return `${title}: ${significant(value)} ${unit}${interval ? ` (${interval.map(significant).join('..')}, 95%)` : ''}.`;
}

/** A kernel that computes nothing: its intensity is 0, which no logarithmic axis has. */
function movingLine({ op, kernel, medianNs, compulsoryBytes, tracedBytes }: RooflinePoint, memory: Roof): string {
  const bandwidth = (compulsoryBytes ?? 0) / (medianNs ?? 1);
  const share = memory.value === null ? '' : `, ${significant((100 * bandwidth) / memory.value)}% of its roof`;
  const asked =
    tracedBytes && compulsoryBytes ? `; it asks for ${significant(tracedBytes / compulsoryBytes)} times as much` : '';
  return `${op} ${kernel} computes nothing and has no place here: it moves the bytes needed at ${significant(bandwidth)} ${memory.unit}${share}${asked}.`;
}

function row(point: RooflinePoint, roofs: Roofs): string[] {
  const { op, kernel, medianNs, intervalNs, compulsoryBytes, tracedBytes } = point;
  const ns = medianNs as number;
  const ends = intervalNs ? ` (${intervalNs.map((end) => significant(end / timeUnit(ns)[0])).join('..')})` : '';
  const [needed, asked] = (['compulsoryBytes', 'tracedBytes'] as const).map((by) => {
    const work = workOf(point, by);
    return work ? placed(work, roofs) : null;
  });
  const share = (place: Place | null): string => (place?.share == null ? '' : `${significant(100 * place.share)}%`);
  return [
    op,
    kernel,
    `${duration(ns)}${ends}`,
    needed ? significant(needed.rate) : '',
    needed ? significant(needed.intensity) : '',
    share(needed),
    needed?.bound ?? '',
    asked ? significant(asked.intensity) : '',
    share(asked),
    asked ? significant(asked.bandwidth) : '',
    tracedBytes && compulsoryBytes ? `${significant(tracedBytes / compulsoryBytes)}x` : '',
  ];
}
