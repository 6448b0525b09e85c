import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';

/** Which rules a line of code breaks in a file; the file need not exist. */
async function broken(line: string, floor: string): Promise<(string | null)[]> {
  const eslint = new ESLint({
    overrideConfig: { languageOptions: { parserOptions: { projectService: false, project: false } } },
    ruleFilter: ({ ruleId }) => ruleId.startsWith('no-restricted-'),
  });
  const [result] = await eslint.lintText(line, { filePath: `src/${floor}/index.ts` });
  expect(result?.fatalErrorCount).toBe(0);
  return (result?.messages ?? []).map(({ ruleId }) => ruleId);
}

const IMPORT = 'no-restricted-imports';

describe('the import rule', () => {
  it.each([
    ['domain', "import { decode } from '../operators/index.js';", IMPORT],
    ['operators', "import { imagePipeline } from '../pipeline/index.js';", IMPORT],
    ['operators', "import { HttpOrigin } from '../adapters/index.js';", IMPORT],
    ['pipeline', "import { HttpOrigin } from '../adapters/http-origin.js';", IMPORT],
    ['adapters', "import { decode } from '../operators/decode.js';", IMPORT],
    ['adapters', "import { serve } from '../server/serve.js';", IMPORT],
    ['operators', "import sharp from 'sharp';", IMPORT],
    ['operators', "import { fileTypeFromBuffer } from 'file-type/core';", IMPORT],
    ['server', "import { Redis } from 'ioredis/built/index.js';", IMPORT],
    ['adapters', "import { container } from 'tsyringe';", IMPORT],
    ['operators', "import { readFile } from 'fs/promises';", IMPORT],
    ['operators', "import { readFileSync } from 'fs';", IMPORT],
    ['pipeline', "export * from 'node:fs';", IMPORT],
    ['domain', "import { request } from 'node:http';", IMPORT],
    ['operators', "import { setTimeout } from 'node:timers/promises';", IMPORT],
    ['adapters', "import { env } from 'node:process';", IMPORT],
    ['adapters', "import { env } from 'process';", IMPORT],
    ['operators', "const sharp = await import('sharp');", 'no-restricted-syntax'],
    ['operators', "const late = await import('./../adapters/http-origin.js');", 'no-restricted-syntax'],
    ['operators', "const late = await import('./%2e%2e/adapters/http-origin.js');", 'no-restricted-syntax'],
    ['operators', 'const late = await import(`./${sharp}`);', 'no-restricted-syntax'],
    ['operators', "const sharp = require('sharp');", 'no-restricted-syntax'],
    ['adapters', 'export const port = process.env.PORT;', 'no-restricted-properties'],
    ['adapters', 'export const port = globalThis.process.env.PORT;', 'no-restricted-properties'],
    ['operators', 'export const now = Date.now();', 'no-restricted-properties'],
    ['operators', 'setInterval(() => undefined, 1);', 'no-restricted-globals'],
    ['pipeline', 'setTimeout(() => undefined, 1);', 'no-restricted-globals'],
  ])('on the floor %s forbids %s', async (floor, line, rule) => {
    expect(await broken(line, floor)).toEqual([rule]);
  });

  it.each([
    ['operators', "import { Rejection } from '../domain/index.js';"],
    ['operators', "import { fetch } from './fetch.js';"],
    ['pipeline', "import { decode } from '../operators/index.js';"],
    ['adapters', "import { readFile } from 'node:fs/promises'; import sharp from 'sharp';"],
    ['domain', "import { createHash } from 'node:crypto';"],
    ['server', "const late = await import('./explain/explain-picture.js');"],
    ['server', "import { container } from 'tsyringe'; export const port = process.env.PORT;"],
  ])('on the floor %s allows %s', async (floor, line) => {
    expect(await broken(line, floor)).toEqual([]);
  });
});
