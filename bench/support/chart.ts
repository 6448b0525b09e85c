import { type Figure, peersOf, ratioOf, readable, targetRatio } from './figure.js';

/** Pixels. */
const LABELS = 440;
const PLOT = 480;
const MARGIN = 24;
const BAR = 14;
const GAP = 12;
const HEAD = 76;

/** Longer bars are cut, and say how long they were: they would make the others too short to compare. */
const LONGEST = 10;

const [OURS, ...PEERS] = ['#1f6feb', '#8c959f', '#bf8700', '#8250df'];
const [INK, FAINT, TARGET] = ['#1f2328', '#d0d7de', '#cf222e'];

/** What was measured, as bars of the floor's: SVG. Figures without a floor are left out. */
export function ratioChart(title: string, figures: readonly Figure[]): string {
  const shown = figures.filter(({ floor }) => floor !== undefined);
  const names = peersOf(shown);
  const colours = new Map([['ours', OURS], ...names.map((name, at) => [name, PEERS[at % PEERS.length]] as const)]);
  const longest = Math.min(LONGEST, Math.max(1.2, ...shown.flatMap(ratiosOf)));
  const x = (ratio: number) => LABELS + (Math.min(ratio, longest) / longest) * PLOT;

  let y = HEAD;
  const groups = shown.map((figure) => {
    const bars = barsOf(figure).map(([name, ratio], at) => bar(x, y + at * BAR, ratio, colours.get(name) ?? INK));
    const height = bars.length * BAR;
    const group = [label(figure, y + height / 2), ...bars, targetMark(x, figure, [y, y + height])];
    y += height + GAP;
    return group.join('\n');
  });
  const width = LABELS + PLOT + 80;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y + MARGIN}" font-family="sans-serif" font-size="12" fill="${INK}">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="${MARGIN}" y="28" font-size="16" font-weight="bold">${escaped(title)}</text>`,
    legend([...colours.entries(), ['target', TARGET]]),
    axis(x, longest, y),
    ...groups,
    '</svg>\n',
  ].join('\n');
}

function barsOf(figure: Figure): [name: string, ratio: number][] {
  const measured = [['ours', figure.ours] as const, ...Object.entries(figure.peers ?? {})];
  return measured.map(([name, value]) => [name, ratioOf(value, figure) ?? NaN]);
}

function ratiosOf(figure: Figure): number[] {
  return [...barsOf(figure).map(([, ratio]) => ratio), targetRatio(figure) ?? 0];
}

function label({ of, what }: Figure, middle: number): string {
  return `<text x="${LABELS - 10}" y="${middle + 4}" text-anchor="end">${escaped(`${of}: ${what}`)}</text>`;
}

function bar(x: (ratio: number) => number, y: number, ratio: number, colour: string): string {
  const end = x(ratio);
  const text = `${readable(ratio)}${ratio > LONGEST ? ' (cut)' : ''}`;
  return [
    `<rect x="${LABELS}" y="${y + 1}" width="${(end - LABELS).toFixed(1)}" height="${BAR - 2}" fill="${colour}"/>`,
    `<text x="${(end + 5).toFixed(1)}" y="${y + BAR - 3}" font-size="11">${text}</text>`,
  ].join('');
}

function targetMark(x: (ratio: number) => number, figure: Figure, [top, bottom]: [number, number]): string {
  const ratio = targetRatio(figure);
  return ratio === undefined || ratio > LONGEST ? '' : upright(x(ratio), top - 3, bottom + 3, TARGET, 2);
}

/** The floor is where the ratio is 1. */
function axis(x: (ratio: number) => number, longest: number, bottom: number): string {
  const ticks = Array.from({ length: Math.floor(longest) + 1 }, (_, tick) => tick);
  return ticks
    .map((tick) => {
      const name = tick === 1 ? 'floor = 1' : `${tick}`;
      const line = upright(x(tick), HEAD - 8, bottom, tick === 1 ? INK : FAINT, 1);
      return `${line}<text x="${x(tick)}" y="${bottom + 14}" text-anchor="middle" font-size="11">${name}</text>`;
    })
    .join('\n');
}

function legend(entries: readonly (readonly [name: string, colour: string | undefined])[]): string {
  return entries
    .map(([name, colour = INK], at) => {
      const left = MARGIN + at * 150;
      const square = `<rect x="${left}" y="42" width="12" height="12" fill="${colour}"/>`;
      return `${square}<text x="${left + 18}" y="52">${escaped(name)}</text>`;
    })
    .join('\n');
}

function upright(x: number, top: number, bottom: number, colour: string, width: number): string {
  return `<line x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${top}" y2="${bottom}" stroke="${colour}" stroke-width="${width}"/>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
