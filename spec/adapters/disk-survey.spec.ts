import { mkdirSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { originalPlace } from '../../src/adapters/disk-layout.js';
import { DiskSurvey } from '../../src/adapters/disk-survey.js';
import { DiskFiles } from '../../src/adapters/index.js';
import { SourceUri } from '../../src/domain/index.js';
import { temporaryDirectory } from '../support/service.js';

const MIB = 1024 * 1024;
const URI = SourceUri.of('http://origin.example/picture.png');
const KEY = { originalChecksum: 'a'.repeat(40), height: 64 };
const [BYTES, SMALL] = [Buffer.from('a picture'), Buffer.from('small')];

let directory: string;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('a purge', () => {
  let files: DiskFiles;
  let survey: DiskSurvey;
  beforeEach(() => {
    files = new DiskFiles(directory);
    survey = new DiskSurvey(directory);
  });

  const folder = () => join(directory, dirname(originalPlace(URI.digest)));
  const put = async () => (await files.stage(URI, BYTES)).commit();

  it('removes a picture and its avatars, and tells how many files that were', async () => {
    await put();
    await files.writeVariant(URI, KEY, SMALL);
    expect(await survey.purge(URI)).toBe(2);
    expect(readdirSync(folder())).toEqual([]);
    expect(await survey.purge(URI)).toBe(0);
  });

  it('waits for a picture that is on its way to its place, and removes it there', async () => {
    const [kept, dropped] = [await files.stage(URI, BYTES), await files.stage(URI, BYTES)];
    const purged = survey.purge(URI);
    await dropped.discard();
    await kept.commit();
    expect(await purged).toBe(1);
    expect(readdirSync(folder())).toEqual([]);
  });

  it('does not wait for what nobody moves any more', async () => {
    await put();
    mkdirSync(join(directory, '.tmp'), { recursive: true });
    const left = join(directory, '.tmp', 'unknown-left');
    writeFileSync(left, 'half');
    utimesSync(left, new Date(), new Date(Date.now() - 5000));
    expect(await survey.purge(URI)).toBe(1);
  });

  it('leaves no avatar that is finished afterwards', async () => {
    await put();
    await survey.purge(URI);
    await files.writeVariant(URI, KEY, SMALL);
    expect(readdirSync(folder())).toEqual([]);
  });

  it('says so when files cannot be removed', async () => {
    mkdirSync(join(directory, originalPlace(URI.digest)), { recursive: true });
    await expect(survey.purge(URI)).rejects.toMatchObject({ code: 'storage-unavailable' });
  });
});

it('tells by a few folders how many files there are', async () => {
  for (let n = 0; n < 256; n++) {
    const folder = join(directory, n.toString(16).padStart(2, '0'));
    mkdirSync(folder);
    for (let file = 0; file < 3; file++) writeFileSync(join(folder, `${file}`), '');
  }
  expect(await new DiskSurvey(directory).size()).toBe(768);
});

describe('the head of a file', () => {
  it.each([
    { size: 3, head: 3 },
    { size: 5 * MIB, head: 5 * MIB },
    { size: 5 * MIB + 1, head: 5 * MIB },
    { size: 64 * MIB, head: 5 * MIB },
  ])('of $size bytes has $head', async ({ size, head }) => {
    writeFileSync(join(directory, 'file'), 'abc');
    truncateSync(join(directory, 'file'), size);
    const bytes = await new DiskSurvey(directory).head('file');
    expect(bytes?.length).toBe(head);
    expect(bytes?.toString('latin1', 0, 3)).toBe('abc');
  });

  it('of no file is nothing', async () => {
    expect(await new DiskSurvey(directory).head('file')).toBeUndefined();
  });
});
