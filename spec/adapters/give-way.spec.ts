import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** Gives way in a process of its own, starts more threads, and says how nice all of them are. */
const PROGRAM = `
  import { pbkdf2 } from 'node:crypto';
  import { giveWay } from './src/adapters/give-way.ts';
  import { nicenessesOf } from './spec/support/processes.ts';
  giveWay();
  pbkdf2('', '', 1, 1, 'sha1', () => console.log(JSON.stringify(nicenessesOf(process.pid))));
`;

it('gives way with all threads, those that run and those that are started later', { timeout: 60_000 }, () => {
  const args = ['--import', 'tsx', '--input-type=module', '--eval', PROGRAM];
  const nicenesses = JSON.parse(execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' })) as number[];
  expect(nicenesses.length).toBeGreaterThan(5);
  expect(new Set(nicenesses)).toEqual(new Set([19]));
});
