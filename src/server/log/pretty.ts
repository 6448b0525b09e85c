import { prettyFactory } from 'pino-pretty';
import { printable } from './printable.js';

/** Makes lines of JSON lines for people. What others may have sent appears as it would in JSON, never as what it does. */
export function forPeople(): (line: string) => string {
  const prettify = prettyFactory({ ignore: 'pid,hostname', singleLine: true });
  return (line) =>
    prettify(JSON.parse(line, (name, value: unknown) => (typeof value === 'string' ? safe(name, value) : value)));
}

/** Of a stack trace, only the lines that name a place are lines of their own. */
function safe(name: string, text: string): string {
  const lines = name === 'stack' ? text.split(/\n(?= +at )/) : [text];
  return lines.map(printable).join('\n');
}
