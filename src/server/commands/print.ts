import type { CommandOptions } from './command.js';

/** Prints the outcome of a command: one JSON document for programs, or lines for people. */
export function print({ json }: CommandOptions, document: object, lines: readonly string[]): void {
  process.stdout.write(json ? `${JSON.stringify(document)}\n` : lines.map((line) => `${line}\n`).join(''));
}
