import type { CommandOptions } from './command.js';

/** Prints the outcome of a command: one JSON document for programs, or lines for people. */
export function print({ json }: CommandOptions, document: object, lines: readonly string[]): void {
  process.stdout.write(json ? `${JSON.stringify(document)}\n` : lines.map((line) => `${harmless(line)}\n`).join(''));
}

/** URIs hold whatever readers of the site wrote: also what would move the cursor of a terminal, or worse. */
function harmless(line: string): string {
  return line.replace(
    /[\x00-\x1f\x7f-\x9f]/g,
    (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
