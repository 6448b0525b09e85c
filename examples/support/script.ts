import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { AddressRules, isCidr } from 'img-linuxfr/adapters';

/** The words of the command line: as many as `usage` names, or more if it ends in dots. */
export function words(usage: string): string[] {
  const given = process.argv.slice(2);
  const named = usage.split(' ').length;
  const isRight = given.length === named || (given.length > named && usage.endsWith('...'));
  return isRight ? given : giveUp(`give ${usage}`);
}

export function readBytes(path: string): Buffer {
  return orGiveUp(() => readFileSync(path));
}

export function readText(path: string): string {
  return readBytes(path).toString('utf8');
}

/** The lines of a file that are not empty. */
export function linesOf(path: string): string[] {
  return readText(path)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** The names of the files in a folder. */
export function filesIn(folder: string): string[] {
  const entries = orGiveUp(() => readdirSync(folder, { withFileTypes: true }));
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

export function makeFolder(path: string): void {
  orGiveUp(() => mkdirSync(path, { recursive: true }));
}

/** Public addresses only, and those of the networks in `IMG_ALLOW_NETWORK`, as for the server. */
export function addressRules(): AddressRules {
  const networks = process.env['IMG_ALLOW_NETWORK']?.split(',') ?? [];
  if (!networks.every(isCidr)) giveUp('name networks such as 10.0.0.0/8 in IMG_ALLOW_NETWORK, a comma between two');
  return new AddressRules(networks);
}

/** Something is not as it should be, and everything else goes on. */
export function complain(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}

/** Ends the script with one line that says what to mend. */
export function giveUp(why: string): never {
  process.stderr.write(`${basename(process.argv[1] ?? '')}: ${why}\n`);
  process.exit(2);
}

/** What went wrong is for whoever runs the script to mend. */
export function orGiveUp<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    return giveUp((error as Error).message);
  }
}
