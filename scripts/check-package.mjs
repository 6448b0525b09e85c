import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, install, ROOT, run } from './prepare.mjs';

/** The package as others get it: packed, looked at, installed into an empty project and used there. */

const FACES = ['domain', 'operators', 'pipeline', 'adapters', 'testing', 'server'];

/** Names something of each face, so that its types are needed. */
const USER = `
import { SourceUri } from 'img-linuxfr/domain';
import { limitBytes } from 'img-linuxfr/operators';
import { PIPELINE_DEFAULTS } from 'img-linuxfr/pipeline';
import { AddressRules } from 'img-linuxfr/adapters';
import { stubPorts, marbles } from 'img-linuxfr/testing';
import { requestListener } from 'img-linuxfr/server';
const hex: string = SourceUri.of('http://origin.example/a.png').hex;
const { maxBytes }: { readonly maxBytes: number } = PIPELINE_DEFAULTS;
marbles(({ cold, expectObservable }) => expectObservable(cold<Uint8Array>('-|').pipe(limitBytes(maxBytes))).toBe('-|'))();
if (new AddressRules().allows('127.0.0.1') || !stubPorts().sniffer || hex.length % 2 || requestListener.length !== 1) throw new Error('wrong');
console.log('used');
`;

install();
build();
const directory = mkdtempSync(join(tmpdir(), 'img-linuxfr-package-'));
try {
  const tarball = pack();
  run('npx', ['publint', tarball, '--strict']);
  run('npx', ['attw', tarball, '--profile', 'esm-only']);
  useIn(directory, tarball);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

function pack() {
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', directory], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const [{ filename, files }] = JSON.parse(packed);
  const paths = files.map(({ path }) => path);
  for (const wanted of ['docs/testing.md', 'examples/check-links.ts', 'examples/support/script.ts']) {
    if (!paths.includes(wanted)) throw new Error(`${wanted} is not in the package`);
  }
  for (const map of paths.filter((path) => path.endsWith('.js.map'))) {
    const { sourcesContent } = JSON.parse(readFileSync(join(ROOT, map), 'utf8'));
    if (!sourcesContent) throw new Error(`${map} leads to a source that is not in the package`);
  }
  return join(directory, filename);
}

function useIn(cwd, tarball) {
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  writeFileSync(join(cwd, 'user.ts'), USER);
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball], { cwd });
  const types = ['--typeRoots', join(ROOT, 'node_modules/@types'), '--types', 'node'];
  const compile = ['--module', 'nodenext', '--target', 'es2023', '--strict', '--skipLibCheck', ...types];
  run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), ...compile, 'user.ts'], { cwd });
  run(process.execPath, ['user.js'], { cwd });
  for (const face of FACES) run(process.execPath, ['-e', `import('img-linuxfr/${face}')`], { cwd });
  run(join(cwd, 'node_modules/.bin/img-linuxfr'), ['--help'], { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}
