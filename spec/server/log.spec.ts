import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openLog } from '../../src/server/log.js';
import { temporaryDirectory } from '../support/service.js';

const directory = temporaryDirectory();
afterAll(() => rmSync(directory, { recursive: true }));

describe('openLog', () => {
  it.each([
    ['a line of the log', '\n{"level":50,"msg":"forged"}\n'],
    ['colours of a terminal', '\x1b[31mforged'],
    ['a NUL', 'a\0b'],
    ['a line separator', 'a\u2028b'],
  ])('writes %s as part of one line', (name, text) => {
    const file = join(directory, name);
    const { logger } = openLog(file);
    logger.error({ err: new Error(text), uri: text }, text);
    const lines = readFileSync(file, 'utf8').split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).not.toMatch(/[\x00-\x1f]/);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 50, msg: text, uri: text });
  });
});
