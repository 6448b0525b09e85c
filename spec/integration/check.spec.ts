import { chmodSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskSurvey } from '../../src/adapters/disk-survey.js';
import { checksumOf, SourceUri } from '../../src/domain/index.js';
import type { Finding } from '../../src/server/commands/check/finding.js';
import { partsOf } from '../../src/server/commands/check/parts.js';
import { phasesOf } from '../../src/server/commands/check/phases.js';
import { Report } from '../../src/server/commands/check/report.js';
import {
  AVATAR,
  avatarPlace,
  EMBEDDED_FAULTS,
  FAULTS,
  OTHER,
  PICTURE,
  placeOf,
  REDIS_FAULTS,
  Site,
  STRANGER,
  URI,
} from '../corpus/faults.js';
import { damagedEmbedded, damagedRedis, type DamagedStore } from '../support/damaged-store.js';
import { sends, startOrigin } from '../support/origin.js';
import { redisUrl } from '../support/redis.js';
import { runCommand, startService, temporaryDirectory } from '../support/service.js';

let site: Site<DamagedStore & { readonly redis: Redis }>;

const NOBODY = 65_534;

const STORES = [
  { name: 'embedded', open: damagedEmbedded, faults: [...FAULTS, ...EMBEDDED_FAULTS], skip: false },
  { name: 'Redis', open: damagedRedis, faults: [...FAULTS, ...REDIS_FAULTS], skip: redisUrl === null },
];

/** A site whose store may be damaged in those ways that it has. */
async function openSite(open: (directory: string) => Promise<DamagedStore>): Promise<void> {
  const directory = temporaryDirectory();
  site = new Site((await open(directory)) as DamagedStore & { redis: Redis }, directory);
}
async function closeSite(): Promise<void> {
  await site.store.close();
  rmSync(site.directory, { recursive: true });
}

async function* findingsOf(patience: number, survey = new DiskSurvey(site.directory)): AsyncIterable<Finding> {
  for (const phase of phasesOf(partsOf(site.store.catalogue.upkeep, survey, patience))) {
    yield* phase.findings(() => undefined);
  }
}
async function found(patience = 0, survey?: DiskSurvey): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of findingsOf(patience, survey)) findings.push(finding);
  return findings;
}
/** As the command does, in the course of the check. */
async function repair(): Promise<Report> {
  const report = new Report('repair');
  for await (const finding of findingsOf(0)) await report.add(finding);
  return report;
}
const checkOf = ({ store, directory }: Site) => ['check', '-r', store.address, '-d', directory];
const labels = (findings: readonly Finding[]) => findings.map(({ kind, what }) => [kind, what]);

describe.each(STORES)('a check, $name', ({ open, faults, skip }) => {
  beforeEach(async (context) => {
    if (skip) context.skip('there is no Redis');
    await openSite(open);
  });
  afterEach(closeSite);

  it('finds nothing where all is well: declared, failed, kept, with an avatar, not UTF-8', async () => {
    const binary = SourceUri.of(Buffer.from([0x68, 0xff, 0xfe]));
    await site.declare(STRANGER);
    await (site.store.catalogue.recordError(STRANGER, 'exceeded max size') as Promise<void>);
    await site.keep(URI, PICTURE);
    await site.keep(binary, OTHER);
    site.write(avatarPlace(binary, OTHER), AVATAR);
    site.write('notes.txt', AVATAR);
    expect(labels(await found())).toEqual([]);
  });

  describe.each(faults)('$name', ({ make, kind, what, how, precious, also = [] }) => {
    beforeEach(async () => {
      await site.keep(URI, PICTURE);
      await make(site);
    });

    it(`is a finding: ${kind}`, async () => {
      const before = [await site.store.snapshot(), site.files()];
      const findings = await found();
      expect(labels(findings.filter((finding) => !also.includes(finding.kind)))).toEqual([[kind, what]]);
      expect(findings.find((finding) => finding.kind === kind)?.mend?.how).toBe(how);
      expect(new Set(findings.map((finding) => finding.kind))).toEqual(new Set([kind, ...also]));
      expect([await site.store.snapshot(), site.files()]).toEqual(before);
    });

    it(how === undefined ? 'stays one' : 'is mended', async () => {
      const findings = labels(await found());
      const report = await repair();
      expect(labels(await found())).toEqual(how === undefined ? findings : []);
      expect(report.isClean).toBe(how !== undefined);
      if (precious) expect(site.checksums()).toContain(checksumOf(precious));
    });
  });

  it('looks again at what came into order meanwhile', async () => {
    await site.keep(URI, PICTURE);
    rmSync(site.pathOf(URI));
    site.write(placeOf(STRANGER), OTHER);
    site.write(avatarPlace(STRANGER, OTHER), AVATAR);
    await site.store.addToLatest(STRANGER);
    const checking = found(500);
    await delay(200);
    site.write(placeOf(URI), PICTURE);
    await delay(500);
    // By now it has gone through the keys.
    await site.declare(STRANGER);
    await site.record(STRANGER, OTHER);
    expect(labels(await checking)).toEqual([]);
  });

  it('does not report what only came with the second look', async () => {
    await site.keep(URI, PICTURE);
    await site.store.setFields(URI, { colour: 'red' });
    const checking = found(500);
    await delay(200);
    rmSync(site.pathOf(URI));
    expect(labels(await checking)).toEqual([['unknown field', `colour of ${URI}`]]);
  });

  it('does not adopt an etag of who knows which bytes', async () => {
    await site.keep(URI, PICTURE);
    await site.store.setFields(URI, { type: null, checksum: null });
    expect(labels(await found())).toEqual([['orphan file', `${placeOf(URI)} of ${URI}`]]);
    await repair();
    expect(await site.store.catalogue.lookup(URI)).toMatchObject({
      stored: { type: 'image/png', checksum: checksumOf(PICTURE) },
    });
    expect(JSON.stringify(await site.store.catalogue.lookup(URI))).not.toContain('etag');
  });

  it('does not mend what was fetched anew since it was looked at', async () => {
    await site.keep(URI, PICTURE);
    site.write(placeOf(URI), OTHER);
    await site.keep(STRANGER, PICTURE);
    rmSync(site.pathOf(STRANGER));
    const mends = (await found()).map(({ mend }) => mend);
    site.write(placeOf(URI), PICTURE);
    site.write(placeOf(STRANGER), OTHER);
    await site.record(STRANGER, OTHER);
    for (const mend of mends) expect(await mend?.run()).toBe(false);
    expect(mends).toHaveLength(2);
    expect(labels(await found())).toEqual([]);
    expect(site.files()).toHaveLength(2);
  });

  it('does not forget a file that was missing, and is there again', async () => {
    await site.keep(URI, PICTURE);
    rmSync(site.pathOf(URI));
    const [finding] = await found();
    site.write(placeOf(URI), PICTURE);
    expect(await finding?.mend?.run()).toBe(false);
    expect(labels(await found())).toEqual([]);
  });

  it('does not take off img/latest what was declared since it was looked at', async () => {
    await site.store.addToLatest(STRANGER);
    const [finding] = await found();
    await site.declare(STRANGER);
    expect(await finding?.mend?.run()).toBe(false);
    expect(labels(await found())).toEqual([]);
  });

  it('follows links to folders', async () => {
    await site.keep(URI, PICTURE);
    const [folder = ''] = placeOf(URI).split('/');
    renameSync(join(site.directory, folder), join(site.directory, 'elsewhere'));
    symlinkSync('elsewhere', join(site.directory, folder));
    const stale = avatarPlace(URI, OTHER);
    site.write(stale, AVATAR);
    expect(labels(await found())).toEqual([['stale variant', stale]]);
  });

  it('puts back what was fetched anew while it was about to be set aside', async () => {
    await site.keep(URI, PICTURE);
    site.write(placeOf(URI), OTHER);
    const survey = new (class extends DiskSurvey {
      isWatched = false;
      override async checksum(place: string): Promise<string | undefined> {
        const checksum = await super.checksum(place);
        if (this.isWatched) site.write(placeOf(URI), PICTURE);
        this.isWatched = false;
        return checksum;
      }
    })(site.directory);
    const [finding] = await found(0, survey);
    survey.isWatched = true;
    expect(await finding?.mend?.run()).toBe(false);
    expect(site.files()).toEqual([placeOf(URI)]);
    expect(labels(await found())).toEqual([]);
  });

  it('does not call an avatar stale whose picture was fetched anew after its key was looked at', async () => {
    await site.keep(URI, PICTURE);
    site.write(avatarPlace(URI, OTHER), AVATAR);
    const survey = new (class extends DiskSurvey {
      passes = 0;
      override async *places(): AsyncIterable<readonly string[]> {
        if (++this.passes === 2) await site.keep(URI, OTHER);
        if (this.passes === 2) site.write(avatarPlace(URI, OTHER), AVATAR);
        yield* super.places();
      }
    })(site.directory);
    expect(labels(await found(0, survey))).toEqual([]);
    expect(survey.passes).toBe(2);
  });

  it('names the bytes of URIs that are not UTF-8', async () => {
    const binary = SourceUri.of(Buffer.from([0x68, 0xff]));
    await site.keep(binary, PICTURE);
    rmSync(site.pathOf(binary));
    expect(labels(await found())).toEqual([['missing file', 'h\ufffd (hexadecimal 68ff)']]);
    await repair();
    expect(labels(await found())).toEqual([]);
  });
});

describe.each(STORES)('the command check, $name', ({ open, skip }) => {
  beforeEach(async (context) => {
    if (skip) context.skip('there is no Redis');
    await openSite(open);
  });
  afterEach(closeSite);

  const check = (...flags: string[]) => runCommand([...checkOf(site), ...flags]);
  const documentOf = (...flags: string[]) => {
    const { status, stdout } = check('--json', ...flags);
    return { status, document: JSON.parse(stdout) as object };
  };

  it('ends with 0 where all is well', async () => {
    await site.keep(URI, PICTURE);
    await site.declare(STRANGER);
    expect(check()).toMatchObject({ status: 0, stdout: '4 keys and 1 files checked, 0 findings\n' });
    expect(documentOf()).toEqual({
      status: 0,
      document: { keys: 4, files: 1, mode: 'check', count: 0, mended: 0, findings: [] },
    });
  });

  it('counts by kind, gives ten examples, says what it would do and does, and is clean then', async () => {
    const lost = Array.from({ length: 12 }, (_, n) => SourceUri.of(`http://example.com/${n}`));
    for (const uri of lost) await site.keep(uri, PICTURE);
    for (const uri of lost) rmSync(site.pathOf(uri));
    const orphan = avatarPlace(STRANGER, PICTURE);
    site.write(orphan, AVATAR);
    const before = [await site.store.snapshot(), site.files()];

    const { status, stdout } = check();
    expect(status).toBe(1);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toBe('missing file: 12');
    expect(lines.slice(1, 11).every((line) => /^ {2}http:\/\/example\.com\/\d+$/.test(line))).toBe(true);
    expect(lines.slice(11)).toEqual([
      '  and 2 more',
      'orphan variant: 1',
      `  ${orphan}`,
      '25 keys and 1 files checked, 13 findings',
    ]);

    const would = check('--repair', '--dry-run');
    expect(would.status).toBe(1);
    expect(would.stdout).toContain('missing file: 12, 12 would be mended\n');
    expect(would.stdout).toContain(`  ${orphan}: would be removed\n`);
    expect(documentOf('--dry-run').document).toMatchObject({ mode: 'dry-run', count: 13, mended: 13 });
    expect([await site.store.snapshot(), site.files()]).toEqual(before);

    expect(documentOf('--repair')).toMatchObject({
      status: 0,
      document: {
        ...{ mode: 'repair', count: 13, mended: 13 },
        findings: [
          { kind: 'missing file', count: 12, mended: 12 },
          { kind: 'orphan variant', count: 1, mended: 1, examples: [{ what: orphan, mend: 'removed' }] },
        ],
      },
    });
    expect(check().status).toBe(0);
  });

  it('ends with 1 when something is left after the repair', () => {
    site.write(placeOf(STRANGER), PICTURE);
    expect(check('--repair')).toMatchObject({
      status: 1,
      stdout: `orphan file: 1, 0 mended\n  ${placeOf(STRANGER)}\n0 keys and 1 files checked, 1 findings, 0 mended\n`,
    });
    expect(readFileSync(site.pathOf(STRANGER))).toEqual(PICTURE);
  });

  it('mends beside a running service, which fetches anew what was set aside', async () => {
    const origin = await startOrigin();
    origin.on('/a.png', sends('image/png', PICTURE));
    const uri = SourceUri.of(`${origin.url}/a.png`);
    await site.declare(uri);
    const service = await startService({ redis: site.store.address, directory: site.directory });
    expect(await service.get('img', `${uri}`)).toMatchObject({ status: 200, body: PICTURE });
    site.write(placeOf(uri), OTHER);
    expect(documentOf('--repair')).toMatchObject({ status: 0, document: { count: 1, mended: 1 } });
    expect(await service.get('img', `${uri}`)).toMatchObject({ status: 200, body: PICTURE });
    expect(readFileSync(site.pathOf(uri))).toEqual(PICTURE);
    expect(site.checksums().sort()).toEqual([PICTURE, OTHER].map(checksumOf).sort());
    expect(check().status).toBe(0);
    await service.stop();
    await origin.close();
  });

  it('prints nothing that a terminal would obey', async () => {
    const uri = SourceUri.of('http://example.com/\x1b[2J');
    await site.keep(uri, PICTURE);
    rmSync(site.pathOf(uri));
    expect(check().stdout).toContain('  http://example.com/\\x1b[2J\n');
  });
});

describe.skipIf(redisUrl === null)('a check of a Redis', () => {
  beforeEach(() => openSite(damagedRedis));
  afterEach(closeSite);

  it('goes on when img/blocked is no list', async () => {
    await site.keep(URI, PICTURE);
    await site.store.setFields(URI, { status: 'Blocked' });
    await site.store.redis.set('img/blocked', 'x');
    rmSync(site.pathOf(URI));
    expect((await repair()).lines).toEqual([
      'Blocked but not in img/blocked: 1, 0 mended',
      `  ${URI}`,
      'wrong key type: 1, 0 mended',
      '  img/blocked is a string',
      'missing file: 1, 1 mended',
      `  ${URI}: was forgotten, to be fetched anew`,
      '0 keys and 0 files checked, 3 findings, 1 mended',
    ]);
  });

  it('goes on where a folder cannot be read, and needs no right to write', async () => {
    await site.keep(URI, PICTURE);
    site.write('ab/cd/notes.txt', OTHER);
    const folder = dirname(placeOf(URI));
    chmodSync(join(site.directory, folder), 0);
    chmodSync(site.directory, 0o555);
    const { status, stdout } = runCommand(checkOf(site), {}, process.getuid?.() === 0 ? NOBODY : undefined);
    chmodSync(site.directory, 0o755);
    chmodSync(join(site.directory, folder), 0o755);
    expect(stdout.split('\n').slice(0, 5)).toEqual([
      'unreadable file: 2',
      `  ${URI}: EACCES`,
      `  ${folder}/`,
      'orphan file: 1',
      '  ab/cd/notes.txt',
    ]);
    expect(status).toBe(1);
  });

  it('says what it did when it cannot go on', async () => {
    await site.keep(URI, PICTURE);
    rmSync(site.pathOf(URI));
    rmSync(join(site.directory, '.tmp'), { recursive: true });
    symlinkSync('.tmp', join(site.directory, '.tmp'));
    const { status, stdout } = runCommand([...checkOf(site), '--repair']);
    expect(stdout).toContain(`missing file: 1, 1 mended\n  ${URI}: was forgotten, to be fetched anew\n`);
    expect(status).toBe(2);
  });

  it('leaves them alone when a moderator has changed their mind', async () => {
    await site.declare(URI);
    await site.declare(STRANGER);
    await site.store.setFields(URI, { status: 'Blocked' });
    await site.store.redis.rpush('img/blocked', `${STRANGER}`);
    const mends = (await found()).map(({ mend }) => mend);
    await site.store.setFields(URI, { status: null });
    await site.store.setFields(STRANGER, { status: 'Blocked' });
    for (const mend of mends) expect(await mend?.run()).toBe(false);
    expect(mends).toHaveLength(2);
    expect(labels(await found())).toEqual([]);
  });
});

describe('a report', () => {
  it('goes on where the disk does not let it mend', async () => {
    const directory = temporaryDirectory();
    const finding = (what: string, path: string): Finding => ({
      ...{ kind: 'leftover temporary file', what },
      mend: { how: 'removed', run: () => rm(path).then(() => true) },
    });
    const report = new Report('repair');
    await report.add(finding('a folder', directory));
    writeFileSync(join(directory, 'file'), '');
    await report.add(finding('a file', join(directory, 'file')));
    rmSync(directory, { recursive: true });
    expect(report.isClean).toBe(false);
    expect(report.lines.slice(0, 3)).toEqual([
      'leftover temporary file: 2, 1 mended',
      '  a folder: could not be mended: ERR_FS_EISDIR',
      '  a file: was removed',
    ]);
  });

  it('does not call mended what came between', async () => {
    const report = new Report('repair');
    await report.add({ kind: 'missing file', what: 'it', mend: { how: 'mended', run: () => Promise.resolve(false) } });
    expect(report.isClean).toBe(false);
    expect(report.lines.slice(0, 2)).toEqual(['missing file: 1, 0 mended', '  it']);
  });
});
