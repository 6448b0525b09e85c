import { describe, expect, it } from 'vitest';
import { SourceUri } from '../../../src/domain/index.js';
import { uriFrom, urisFrom } from '../../../src/server/commands/uri-from.js';

const URI = SourceUri.of('http://nginx/red_100x100.png');
const HEX = URI.hex;

describe('a picture is meant by', () => {
  it.each([
    URI.toString(),
    ` ${URI}\r`,
    HEX,
    HEX.toUpperCase(),
    `/img/${HEX}`,
    `/img/${HEX}/red.png`,
    `/avatars/${HEX.toUpperCase()}/red.png?x`,
    `https://img.example/img/${HEX}/red.png`,
    `//img.example/avatars/${HEX}`,
    `http://[::1]:8000/img/${HEX}`,
  ])('%s', (text) => {
    expect(uriFrom(text)).toEqual(URI);
  });

  it.each(['http://other.example/img/cafe/a.png', 'http://other.example/img/6/a.png', 'latest', 'no uri', ''])(
    '%j, which is itself',
    (text) => {
      expect(uriFrom(text)).toEqual(SourceUri.of(text));
    },
  );

  it('a link to it here, though its origin cannot be asked', () => {
    const uri = SourceUri.of('http://user:secret@origin.example/a.png');
    expect(uriFrom(`https://img.example/img/${uri.hex}/a.png`)).toEqual(uri);
  });

  it('bytes that are not UTF-8, by their hexadecimal only', () => {
    expect(uriFrom('/img/68ff').bytes).toEqual(Buffer.from([0x68, 0xff]));
  });

  it('several words, but only once', () => {
    expect(urisFrom([HEX, `${URI}?`, `/img/${HEX}`]).map(String)).toEqual([`${URI}`, `${URI}?`]);
  });
});
