import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAIN, temporaryDirectory } from '../support/service.js';

const SCRIPT = join(import.meta.dirname, '../../deploy/systemd/img-linuxfr.sh');
const URI = 'https://origin.example/picture.png';

/** Whom every system has, in place of the user of the service. */
const NOBODY = 65_534;

describe.skipIf(process.getuid?.() !== 0)('the command of the systemd installation', () => {
  let directory: string;

  beforeEach(() => {
    directory = temporaryDirectory();
    chmodSync(directory, 0o755);
    inTheUnit({ user: 'nobody', group: NOBODY });
    for (const name of ['cache', 'other']) {
      mkdirSync(join(directory, name));
      chownSync(join(directory, name), NOBODY, NOBODY);
    }
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** Runs the script with what it names replaced by what is here. */
  function run(settings: string, user: 'root' | 'nobody' = 'root') {
    const file = join(directory, 'img-linuxfr.env');
    writeFileSync(file, settings);
    const script = readFileSync(SCRIPT, 'utf8')
      .replace('/etc/img-linuxfr.env', file)
      .replace('/var/lib/img-linuxfr', join(directory, 'cache'))
      .replace('/opt/img-linuxfr/dist/server/main.js', MAIN)
      .replace('/usr/bin/node', process.execPath);
    const own = user === 'root' ? {} : { uid: NOBODY, gid: NOBODY };
    const env = { ...process.env, PATH: `${directory}:${process.env['PATH']}` };
    return spawnSync('sh', ['-c', script, 'img-linuxfr', 'declare', URI], { encoding: 'utf8', env, ...own });
  }

  /** What systemd says of the unit, which may not be there to be asked. */
  function inTheUnit({ user, group }: { readonly user: string; readonly group: string | number }) {
    const answers = `case "$*" in *User*) echo ${user} ;; *Group*) echo ${group} ;; esac`;
    writeFileSync(join(directory, 'systemctl'), `#!/bin/sh\n${answers}\n`, { mode: 0o755 });
  }

  it('has the settings of the service, and writes as its user', () => {
    const { stdout, stderr } = run('# settings\nIMG_REDIS=embedded\n');
    expect(stdout, stderr).toContain(`declared: ${URI}`);
    const written = readdirSync(join(directory, 'cache'));
    expect(written.length).toBeGreaterThan(0);
    for (const name of written) expect(statSync(join(directory, 'cache', name)).uid).toBe(NOBODY);
  });

  it('has the cache directory that the settings name', () => {
    run(`IMG_REDIS=embedded\nIMG_DIR=${join(directory, 'other')}\n`);
    expect(readdirSync(join(directory, 'other')).length).toBeGreaterThan(0);
    expect(readdirSync(join(directory, 'cache'))).toEqual([]);
  });

  it('says what to do where the unit is not there', () => {
    inTheUnit({ user: '', group: '' });
    const { status, stderr } = run('IMG_REDIS=embedded\n');
    expect(status).toBe(2);
    expect(stderr).toBe(
      'img-linuxfr: systemd knows no User= and Group= of img-linuxfr.service: install deploy/systemd/img-linuxfr.service\n',
    );
  });

  it('says what to do to those who are not root', () => {
    const { status, stderr } = run('IMG_REDIS=embedded\n', 'nobody');
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: `img-linuxfr: only root can become the user of the service: sudo img-linuxfr declare ${URI}\n`,
    });
  });
});
