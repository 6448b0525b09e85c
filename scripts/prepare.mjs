import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Installs the packages of the lock file, unless that was done since it last changed. */
export function install() {
  const installed = timeOf('node_modules/.package-lock.json');
  if (installed < timeOf('package-lock.json')) run('npm', ['ci', '--no-audit', '--no-fund']);
}

/** Compiles `src` into `dist`, unless that was done since it last changed. */
export function build() {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true }).map((name) => timeOf(join('src', `${name}`)));
  if (timeOf('dist/server/main.js') < Math.max(...sources, timeOf('node_modules/.package-lock.json'))) {
    run('npm', ['run', '--silent', 'build']);
  }
}

export function run(command, args, options = {}) {
  execFileSync(command, args, { cwd: ROOT, stdio: 'inherit', ...options });
}

/** Installs a package of Debian's unless what it brings is there, where that can be done without asking. */
export function provide(name, isThere) {
  if (isThere() || process.getuid?.() !== 0 || !isOnPath('apt-get')) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['update', '-qq'], { env });
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], { env });
}

export function isOnPath(command) {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined;
}

function timeOf(path) {
  const full = join(ROOT, path);
  return existsSync(full) ? statSync(full).mtimeMs : 0;
}
