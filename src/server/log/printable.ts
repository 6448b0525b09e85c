/** Whatever is more than a letter on the paper: it could end a line, move a cursor, or turn the order of letters. */
const UNPRINTABLE = /[^\x20-\x7e]/g;

/** Text as ASCII characters that are no more than seen. In JSON, what is escaped stays what it was. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
