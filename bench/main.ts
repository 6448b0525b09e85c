import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, platform } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { type Measurement, MEASUREMENTS } from './measurements.js';
import { ratioChart } from './support/chart.js';
import { type Figure, isMet } from './support/figure.js';
import { figuresTable } from './support/table.js';

/** Seconds after which a quick run begins nothing more. */
const ENOUGH = 40;

const { isQuick, chosen } = commandLine();
const directory = join(import.meta.dirname, 'results', isQuick ? 'quick' : '');
mkdirSync(directory, { recursive: true });
const begun = performance.now();
const figures: Figure[] = [];
const leftOut: string[] = [];
for (const [name, measurement] of chosen) {
  if (isQuick && secondsSince(begun) > ENOUGH) leftOut.push(name);
  else figures.push(...(await runAndWrite(name, measurement)));
}
console.log(`\nDone in ${secondsSince(begun)} s; tables and plots are in ${relative('', directory)}.`);
if (leftOut.length > 0) console.log(`This machine is too busy for a quick run: without ${leftOut.join(', ')}.`);
const missed = figures.filter((figure) => isMet(figure) === false).map(({ of, what }) => `- ${of}: ${what}`);
console.log(missed.length > 0 ? `Missed targets:\n${missed.join('\n')}` : 'No target was missed.');

async function runAndWrite(name: string, { about, run }: Measurement): Promise<Figure[]> {
  const machine = machineNow();
  const before = performance.now();
  const measured = await run(isQuick);
  const table = figuresTable(measured);
  console.log(`\n${about} (${name}, ${secondsSince(before)} s)\n\n${table}`);
  writeFileSync(join(directory, `${name}.md`), `# ${about}\n\n![${about}](${name}.svg)\n\n${table}\n${machine}\n`);
  writeFileSync(join(directory, `${name}.svg`), ratioChart(about, measured));
  return measured;
}

/** The names of what is to be measured, all if there are none, and `--quick`. */
function commandLine(): { isQuick: boolean; chosen: [name: string, Measurement][] } {
  try {
    const { values, positionals } = parseArgs({ options: { quick: { type: 'boolean' } }, allowPositionals: true });
    const names = positionals.length > 0 ? positionals : Object.keys(MEASUREMENTS);
    return { isQuick: values.quick ?? false, chosen: names.map((name) => [name, measurementOf(name)]) };
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
}

function measurementOf(name: string): Measurement {
  const measurement = MEASUREMENTS[name];
  if (measurement) return measurement;
  throw new Error(`No measurement is called ${name}: there are ${Object.keys(MEASUREMENTS).join(', ')}.`);
}

/** Figures of a machine that has other things to do are worth less. */
function machineNow(): string {
  const [{ model } = { model: 'unknown' }, ...others] = cpus();
  const load = loadavg()[0]?.toFixed(2);
  const processors = `${others.length + 1} processors (${model})`;
  return `Node ${process.version}, ${processors}, ${congestionControl()}; load average before it ${load}.`;
}

/** The congestion control, which decides how late the last answers of a load are; elsewhere than on Linux, the system. */
function congestionControl(): string {
  try {
    return `TCP ${readFileSync('/proc/sys/net/ipv4/tcp_congestion_control', 'utf8').trim()}`;
  } catch {
    return platform();
  }
}

function secondsSince(before: number): number {
  return Math.round((performance.now() - before) / 100) / 10;
}
