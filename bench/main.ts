import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MEASUREMENTS } from './measurements.js';
import { ratioChart } from './support/chart.js';
import { type Figure, isMet } from './support/figure.js';
import { figuresTable } from './support/table.js';

const { values, positionals } = parseArgs({ options: { quick: { type: 'boolean' } }, allowPositionals: true });
const { quick: isQuick = false } = values;
const names = positionals.length > 0 ? positionals : Object.keys(MEASUREMENTS);
const results = join(import.meta.dirname, 'results', isQuick ? 'quick' : '');
const begun = performance.now();
const missed: string[] = [];

mkdirSync(results, { recursive: true });
for (const name of names) {
  const measurement = MEASUREMENTS[name];
  if (!measurement) {
    console.error(`No measurement is called ${name}: there are ${Object.keys(MEASUREMENTS).join(', ')}.`);
    process.exit(2);
  }
  const { about, run } = measurement;
  const machine = machineNow();
  const before = performance.now();
  const figures = await run(isQuick);
  const table = figuresTable(figures);
  console.log(`\n${about} (${name}, ${secondsSince(before)} s)\n\n${table}`);
  writeFileSync(join(results, `${name}.md`), `# ${about}\n\n![${about}](${name}.svg)\n\n${table}\n${machine}\n`);
  writeFileSync(join(results, `${name}.svg`), ratioChart(about, figures));
  missed.push(...figures.filter((figure) => isMet(figure) === false).map(nameOf));
}
console.log(`${names.length} measurements in ${secondsSince(begun)} s; tables and plots are in ${results}`);
console.log(missed.length > 0 ? `Missed targets:\n${missed.join('\n')}` : 'No target was missed.');

/** Figures of a machine that has other things to do are worth less. */
function machineNow(): string {
  const [{ model } = { model: 'unknown' }, ...others] = cpus();
  const load = loadavg()[0]?.toFixed(2);
  return `Node ${process.version}, ${others.length + 1} processors (${model}); load average before it ${load}.`;
}

function secondsSince(before: number): string {
  return ((performance.now() - before) / 1000).toFixed(1);
}

function nameOf({ of, what }: Figure): string {
  return `- ${of}: ${what}`;
}
