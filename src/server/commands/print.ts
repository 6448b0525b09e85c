import type { CommandOptions } from './command.js';

/** Prints the outcome of a command: one JSON document for programs, or lines for people. */
export function print({ json }: CommandOptions, document: object, lines: readonly string[]): void {
  process.stdout.once('error', notPrinted);
  process.stdout.write(json ? `${JSON.stringify(document)}\n` : lines.map((line) => `${harmless(line)}\n`).join(''));
}

/** Whoever leaves before the end, as `head` does, has seen enough. */
function notPrinted({ code, message }: NodeJS.ErrnoException): void {
  if (code === 'EPIPE') return;
  process.stderr.write(`img-linuxfr: cannot print the outcome: ${message}\n`);
  process.exit(2);
}

/**
 * URIs hold whatever readers of the site wrote: also what would move the cursor of a terminal, or let letters change
 * places, so that one address looks like another.
 */
function harmless(line: string): string {
  return line.replace(/[\x00-\x1f\x7f-\x9f\p{Bidi_Control}]/gu, (control) => {
    const code = control.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
  });
}
