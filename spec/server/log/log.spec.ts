import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { openLog } from '../../../src/server/log/log.js';
import { forPeople } from '../../../src/server/log/pretty.js';
import { temporaryDirectory } from '../../support/service.js';

const directory = temporaryDirectory();
afterAll(() => rmSync(directory, { recursive: true }));

const FORGERIES = [
  ['a line of the log', '\r\n{"level":50,"msg":"forged"}\n'],
  ['colours of a terminal', '\x1b[31mforged\x9b2J'],
  ['a NUL', 'a\0b\x7f'],
  ['a line separator', 'a\u2028b\u0085c'],
  ['letters that run backwards', 'a\u202egnp.b'],
] as const;

describe('openLog', () => {
  it.each(FORGERIES)('writes %s as part of one line of printable ASCII', async (name, text) => {
    const file = join(directory, name);
    const { logger } = await openLog({ log: file, logLevel: 'info', workers: 1 });
    logger.error({ err: new Error(text), uri: text }, text);
    const lines = (await written(file)).split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 50, msg: text, uri: text });
  });

  it('writes lines in their order, those that may wait with the next that may not', async () => {
    const file = join(directory, 'order');
    const { logger, compose } = await openLog({ log: file, logLevel: 'info', workers: 1 });
    compose((line) => line.text('{"msg":"first"}\n'), undefined);
    logger.info('second');
    expect((await written(file)).match(/first|second/g)).toEqual(['first', 'second']);
  });

  it('writes what may wait within half a second', async () => {
    const file = join(directory, 'soon');
    const { compose } = await openLog({ log: file, logLevel: 'info', workers: 1 });
    compose((line) => line.text('{}\n'), undefined);
    expect(readFileSync(file, 'utf8')).toBe('');
    await delay(700);
    expect(readFileSync(file, 'utf8')).toBe('{}\n');
  });
});

describe('forPeople', () => {
  it.each(FORGERIES)('shows %s as what it is', (_, text) => {
    const line = forPeople()(JSON.stringify({ level: 30, time: 0, uri: text, msg: text }) + '\n');
    // What colours the line itself is a sequence of its own, and ends it.
    expect(line.replace(/\x1b\[\d+m/g, '')).toMatch(/^[\x20-\x7e]+\n$/);
    expect(line).not.toContain('\x1b[31mforged');
  });

  it('shows a stack trace, but no line that only looks like one of ours', () => {
    const err = { type: 'Error', message: 'a', stack: 'Error: a\n[00:00:00.000] INFO: forged\n    at place (file:1)' };
    const lines = forPeople()(JSON.stringify({ level: 50, time: 0, err, msg: 'trouble' })).split('\n');
    expect(lines.filter((line) => /^\S*\[00:00:00.000\]/.test(line))).toEqual([expect.stringContaining('trouble')]);
    expect(lines).toContainEqual(expect.stringMatching(/^ +at place/));
  });
});

async function written(file: string): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const text = readFileSync(file, 'utf8');
    if (text !== '') return text;
    await delay(5);
  }
  throw new Error(`nothing is written to ${file}`);
}
