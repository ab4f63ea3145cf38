/**
 * An element of the page as one SVG that needs nothing else: drawings with their styles written out, text as text, grounds
 * and lines as shapes, all in the colours of the light theme. It is what is seen, so that no chart is drawn twice.
 */

const SVG = 'http://www.w3.org/2000/svg';
const MARGIN = 16;
/** From line to line of the title. */
const LEADING = 18;
/** Pixels of a PNG for one of the page's. */
const SCALE = 2;

/** What a drawing may take from style sheets and from what is around it. */
const STYLES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-opacity',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'opacity',
  'vector-effect',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
  'dominant-baseline',
  'paint-order',
] as const;

/** The element as it stands, with a line of text above it. */
export function pictureOf(element: Element, title: string): SVGSVGElement {
  const { documentElement } = document;
  const theme = documentElement.dataset.theme;
  documentElement.dataset.theme = 'light';
  try {
    return drawn(element, title);
  } finally {
    if (theme === undefined) delete documentElement.dataset.theme;
    else documentElement.dataset.theme = theme;
  }
}

function drawn(element: Element, title: string): SVGSVGElement {
  const { left, top, width, height } = element.getBoundingClientRect();
  const root = getComputedStyle(document.documentElement);
  const font = { 'font-family': root.fontFamily, 'font-size': '14px', 'font-weight': 600 };
  const lines = broken(title, Math.ceil(width), `600 14px ${root.fontFamily}`);
  const head = 10 + lines.length * LEADING;
  const size = { width: Math.ceil(width) + 2 * MARGIN, height: Math.ceil(height) + 2 * MARGIN + head };
  const picture = make('svg', {
    xmlns: SVG,
    width: size.width,
    height: size.height,
    viewBox: `0 0 ${size.width} ${size.height}`,
  }) as SVGSVGElement;
  const name = make('title', {});
  name.textContent = title;
  const headings = lines.map((line, at) => {
    const heading = make('text', { x: MARGIN, y: MARGIN + 12 + at * LEADING, fill: root.color, ...font });
    heading.textContent = line;
    return heading;
  });
  const ground = make('rect', { ...size, fill: root.backgroundColor });
  const body = make('g', { transform: `translate(${MARGIN - left} ${MARGIN + head - top})` });
  addTo(body, element);
  picture.append(name, ground, ...headings, body);
  return picture;
}

/** A text in lines of at most this width, in pixels of that font. */
function broken(text: string, width: number, font: string): readonly string[] {
  const context = document.createElement('canvas').getContext('2d');
  if (!context) return [text];
  context.font = font;
  const [first = '', ...rest] = text.split(' ');
  const lines = [first];
  for (const word of rest) {
    const longer = `${lines.at(-1)} ${word}`;
    if (context.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

export function svgText(picture: SVGSVGElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(picture)}\n`;
}

export async function pngOf(picture: SVGSVGElement): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(picture))}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = picture.width.baseVal.value * SCALE;
  canvas.height = picture.height.baseVal.value * SCALE;
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The browser made no picture.'))), 'image/png');
  });
}

function make(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

function addTo(group: SVGElement, node: Node): void {
  if (node instanceof SVGSVGElement) addDrawing(group, node);
  else if (node instanceof Text) addText(group, node);
  else if (node instanceof HTMLElement && isSeen(node)) {
    addGround(group, node);
    const inside = node instanceof HTMLSlotElement ? node.assignedNodes() : (node.shadowRoot ?? node).childNodes;
    for (const child of inside) addTo(group, child);
  }
}

/** Controls are of no use in a picture; a heat map's cells are buttons too. */
function isSeen(element: HTMLElement): boolean {
  if (element.matches('style, select, input, summary, button:not([data-cell]), ts-share')) return false;
  const { display, visibility, clipPath, opacity } = getComputedStyle(element);
  return display !== 'none' && visibility !== 'hidden' && !clipPath.startsWith('inset(50%') && opacity !== '0';
}

function addGround(group: SVGElement, element: HTMLElement): void {
  const style = getComputedStyle(element);
  const { x, y, width, height } = element.getBoundingClientRect();
  if (width === 0 || height === 0) return;
  const radius = Math.min(Number.parseFloat(style.borderTopLeftRadius) || 0, width / 2, height / 2);
  if (isVisible(style.backgroundColor))
    group.append(
      make('rect', { x, y, width, height, rx: radius, fill: style.backgroundColor, opacity: style.opacity }),
    );
  const line = (side: 'Top' | 'Bottom' | 'Left' | 'Right', at: Readonly<Record<string, number>>): void => {
    const thick = Number.parseFloat(style[`border${side}Width`]);
    const colour = style[`border${side}Color`];
    if (thick > 0 && style[`border${side}Style`] !== 'none' && isVisible(colour))
      group.append(make('rect', { ...at, fill: colour }));
  };
  const frame = style.border;
  // Where a side of it differs from the others, the four together have no form.
  if (radius > 0 && frame !== '' && Number.parseFloat(style.borderTopWidth) > 0 && isVisible(style.borderTopColor)) {
    const thick = Number.parseFloat(style.borderTopWidth);
    const inner = { x: x + thick / 2, y: y + thick / 2, width: width - thick, height: height - thick };
    const look = { rx: Math.max(0, radius - thick / 2), fill: 'none', stroke: style.borderTopColor };
    if (style.borderTopStyle !== 'none') group.append(make('rect', { ...inner, ...look, 'stroke-width': thick }));
    return;
  }
  const [top, bottom] = [Number.parseFloat(style.borderTopWidth), Number.parseFloat(style.borderBottomWidth)];
  const [start, end] = [Number.parseFloat(style.borderLeftWidth), Number.parseFloat(style.borderRightWidth)];
  line('Top', { x, y, width, height: top });
  line('Bottom', { x, y: y + height - bottom, width, height: bottom });
  line('Left', { x, y, width: start, height });
  line('Right', { x: x + width - end, y, width: end, height });
}

function isVisible(colour: string): boolean {
  return colour !== 'transparent' && !/(,|\/) ?0\)$/.test(colour);
}

/** Word by word, since only the browser knows where it has broken the lines; words of one line are set together. */
function addText(group: SVGElement, node: Text): void {
  const around = node.parentElement ?? (node.getRootNode() as ShadowRoot).host;
  const style = around && getComputedStyle(around);
  if (!style || style.visibility === 'hidden') return;
  const size = Number.parseFloat(style.fontSize);
  const lines: { x: number; y: number; text: string }[] = [];
  const range = document.createRange();
  for (const { 0: word, index } of node.data.matchAll(/\S+/g)) {
    range.setStart(node, index);
    range.setEnd(node, index + word.length);
    const { x, y, width, height } = range.getBoundingClientRect();
    if (width === 0) continue;
    const last = lines.at(-1);
    // The baseline lies about four fifths down a letter.
    const baseline = y + height / 2 + size * 0.32;
    if (last && Math.abs(last.y - baseline) < 1) last.text += ` ${word}`;
    else lines.push({ x, y: baseline, text: word });
  }
  for (const { x, y, text } of lines) {
    const element = make('text', {
      x,
      y,
      fill: style.color,
      'font-family': style.fontFamily,
      'font-size': style.fontSize,
      'font-weight': style.fontWeight,
    });
    element.textContent = text;
    group.append(element);
  }
}

function addDrawing(group: SVGElement, drawing: SVGSVGElement): void {
  const { x, y, width, height } = drawing.getBoundingClientRect();
  if (width === 0 || height === 0) return;
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  const from = [drawing, ...drawing.querySelectorAll<SVGElement>('*')];
  const to = [copy, ...copy.querySelectorAll<SVGElement>('*')];
  for (const [at, original] of from.entries()) {
    const element = to[at];
    element.removeAttribute('class');
    element.removeAttribute('style');
    // Its address is one of the page, and would be looked for beside the picture.
    if (original instanceof SVGAElement) element.removeAttribute('href');
    if (!(original instanceof SVGGraphicsElement)) continue;
    const style = getComputedStyle(original);
    for (const name of STYLES) {
      const value = style.getPropertyValue(name);
      if (value !== '') element.setAttribute(name, value);
    }
  }
  for (const [name, value] of Object.entries({ x, y, width, height })) copy.setAttribute(name, String(value));
  copy.setAttribute('overflow', 'visible');
  if (!drawing.hasAttribute('viewBox')) copy.setAttribute('viewBox', `0 0 ${width} ${height}`);
  group.append(copy);
}
