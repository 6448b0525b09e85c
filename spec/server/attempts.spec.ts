import { expect, it } from 'vitest';
import { type Attempt, SourceUri } from '../../src/domain/index.js';
import { Attempts } from '../../src/server/attempts.js';

function attemptOf(path: string, redirects = 0): Attempt {
  const uri = SourceUri.of(`http://origin.example/${path}`);
  const hop = { url: new URL(`http://origin.example/${'a'.repeat(15_000)}`), duration: 1, timings: {} };
  return { uri, startedAt: 0, duration: 1, outcome: 'redirect-loop', hops: Array(redirects).fill(hop) };
}

it.each([
  ['very many', 10_001, 0],
  ['few, if origins lead to long URLs', 200, 9],
])('keeps the memory bounded: the attempt longest ago is forgotten, of %s', (_, count, redirects) => {
  const attempts = new Attempts();
  const noted = Array.from({ length: count }, (_empty, n) => attemptOf(`${n}`, redirects));
  noted.forEach(attempts.note);
  const [first, last] = [noted[0], noted.at(-1)].map((attempt) => attempt && attempts.lastOf(attempt.uri));
  expect([first, last]).toEqual([undefined, noted.at(-1)]);
});
