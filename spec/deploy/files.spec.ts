import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runCommand } from '../support/service.js';

const ROOT = join(import.meta.dirname, '../..');
const COMPOSE = 'deploy/compose.yaml';
const UNIT = 'deploy/systemd/img-linuxfr.service';
const ENVIRONMENT = 'deploy/systemd/img-linuxfr.env';
const NGINX = 'deploy/nginx/img.conf';

interface Network {
  readonly internal?: boolean;
  readonly driver_opts?: Readonly<Record<string, string>>;
}

interface Container {
  readonly image: string;
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  readonly ports?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const help = runCommand(['--help']).stdout;
const compose = parse(read(COMPOSE)) as {
  readonly services: Readonly<Record<'nginx' | 'img' | 'redis', Container>>;
  readonly networks: Readonly<Record<string, Network>>;
};
const containers = Object.entries(compose.services);

describe('what is given to operators', () => {
  it.each([COMPOSE, UNIT, ENVIRONMENT, 'Dockerfile', 'docs/operations.md'])(
    '%s names only variables of the program',
    (path) => {
      const names = [...read(path).matchAll(/\bIMG_[A-Z_]+/g)].map(([name]) => name);
      expect(names.length).toBeGreaterThan(0);
      expect(names.filter((name) => !new RegExp(`env: ${name}\\b`).test(help.replace(/\s+/g, ' ')))).toEqual([]);
    },
  );

  it.each([COMPOSE, UNIT, ENVIRONMENT, NGINX])('%s names only flags of the program', (path) => {
    const names = [...read(path).matchAll(/(?<![\w-])--[a-z][a-z-]+/g)].map(([name]) => name);
    expect(names.filter((name) => !new RegExp(`${name}(?![\\w-])`).test(help))).toEqual([]);
  });

  it.each([UNIT, NGINX, COMPOSE, 'docs/operations.md'])('%s leads to files that there are', (path) => {
    const names = [...read(path).matchAll(/(?<![\w/])(?:deploy|docs)\/[\w./-]+\w/g)].map(([name]) => name);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
  });
});

describe('compose.yaml', () => {
  it.each(containers)('pins the version of %s', (_, { image }) => {
    expect(image).toMatch(/:(?:\$\{VERSION:-)?\d+\.\d+/);
  });

  it.each(containers)('mounts files into %s that there are', (_, { volumes }) => {
    const files = volumes.filter((volume) => volume.startsWith('./')).map((volume) => volume.split(':')[0] ?? '');
    expect(files.filter((file) => !existsSync(join(ROOT, 'deploy', file)))).toEqual([]);
  });

  it.each(containers)('lets %s do nothing but its work', (_, container) => {
    expect(container).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      user: expect.not.stringMatching(/^(?:0|root)\b/) as string,
      mem_limit: expect.any(String) as string,
      pids_limit: expect.any(Number) as number,
      healthcheck: expect.anything() as object,
    });
  });

  const those = (has: (container: Container) => boolean) =>
    containers.filter(([, container]) => has(container)).map(([name]) => name);

  it('lets nobody out but the service', () => {
    const isClosed = ({ internal, driver_opts }: Network) =>
      internal === true || driver_opts?.['com.docker.network.bridge.enable_ip_masquerade'] === 'false';
    const open = Object.keys(compose.networks).filter((name) => !isClosed(compose.networks[name] ?? {}));
    expect(those(({ networks }) => networks.some((name) => open.includes(name)))).toEqual(['img']);
  });

  it('lets nobody in but through nginx, and nobody to Redis but the service', () => {
    expect(those(({ ports }) => ports !== undefined)).toEqual(['nginx']);
    expect(those(({ networks }) => networks.includes('catalogue'))).toEqual(['img', 'redis']);
    expect(compose.networks['catalogue']?.internal).toBe(true);
  });

  it('has the operations port where only the health check reaches it', () => {
    expect(compose.services.img.environment?.['IMG_OPS']).toMatch(/^127\.0\.0\.1:/);
  });
});

describe.skipIf(spawnSync('systemd-analyze', ['--version']).error !== undefined)('the systemd unit', () => {
  it('is one that systemd understands', () => {
    const { stderr } = spawnSync('systemd-analyze', ['verify', join(ROOT, UNIT)], { encoding: 'utf8' });
    const complaints = stderr.split('\n').filter((line) => line.includes('img-linuxfr.service'));
    // Node may be elsewhere where this runs.
    expect(complaints.filter((line) => !line.includes('node is not executable'))).toEqual([]);
  });

  it('lets the process that makes avatars give way', () => {
    expect(allowedCalls()).toEqual(expect.arrayContaining(['write', 'setpriority']));
  });
});

/** What the lines `SystemCallFilter=` of the unit come to, one after another. */
function allowedCalls(): string[] {
  const allowed = new Set<string>();
  for (const [, not, names = ''] of read(UNIT).matchAll(/^SystemCallFilter=(~?)(.*)$/gm)) {
    for (const call of names.split(' ').flatMap(callsOf)) {
      if (not === '~') allowed.delete(call);
      else allowed.add(call);
    }
  }
  return [...allowed];
}

function callsOf(name: string): string[] {
  if (!name.startsWith('@')) return [name];
  const { stdout } = spawnSync('systemd-analyze', ['syscall-filter', name], { encoding: 'utf8' });
  const lines = stdout.split('\n').filter((line) => /^ +[@\w]/.test(line));
  return lines.map((line) => line.trim()).flatMap(callsOf);
}
