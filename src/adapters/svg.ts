/** Prologue of an XML document: white space, declaration, comments, processing instructions, doctype. */
const PROLOGUE = /^(?:\s+|<\?[^>]*\?>|<!--[\s\S]*?-->|<!DOCTYPE[^>[]*(?:\[[^\]]*\]\s*)?>)/i;
const SVG_ROOT = /^<(?:[a-z_][\w.-]*:)?svg[\s/>]/i;

/** How far the root element is looked for. */
const HEAD = 64 * 1024;

/** Whether a text document has `svg` as its root element. Decodes UTF-8, and UTF-16 when marked as such. */
export function isSvg(bytes: Uint8Array): boolean {
  let rest = decode(bytes.subarray(0, HEAD));
  for (let prologue = PROLOGUE.exec(rest); prologue; prologue = PROLOGUE.exec(rest)) {
    rest = rest.slice(prologue[0].length);
  }
  return SVG_ROOT.test(rest);
}

function decode(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}
