import { type Figure, isMet, peersOf, ratioOf, readable, type Target } from './figure.js';

/** Figures as a Markdown table: each with what it is of the floor's, as are those of peers, and its target. */
export function figuresTable(figures: readonly Figure[]): string {
  const peers = peersOf(figures);
  const head = ['of', 'figure', 'ours', 'floor', 'ratio', ...peers.flatMap((name) => [name, 'ratio']), 'target', 'met'];
  const rows = figures.map((figure) => [
    ...[figure.of, figure.what],
    ...[readable(figure.ours), readable(figure.floor), readable(ratioOf(figure.ours, figure))],
    ...peers.map((name) => figure.peers?.[name]).flatMap((value) => [value, ratioOf(value, figure)].map(readable)),
    ...[targetText(figure.target), { true: 'yes', false: 'MISSED', undefined: '' }[`${isMet(figure)}`]],
  ]);
  return tableOf(head, rows);
}

function targetText(target: Target | undefined): string {
  return target ? `${target.to === 'ratio' ? 'ratio ' : ''}${target.is} ${target.limit}` : '';
}

/** Its columns aligned for those who read it as it is. */
function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, column) => Math.max(name.length, 3, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('');
}
