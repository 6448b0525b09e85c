import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Server, startServer } from './process.js';

const VERSION = '3.1.1';

/** Outside of the project, with a sharp of its own; there for the next time. */
const HOME = join(tmpdir(), `img-linuxfr-bench-ipx-${VERSION}`);

const PROGRAM = `
import { createServer } from 'node:http';
import { createIPX, createIPXNodeServer, ipxHttpStorage } from 'ipx';
const ipx = createIPX({ httpStorage: ipxHttpStorage({ allowAllDomains: true }) });
const server = createServer(createIPXNodeServer(ipx));
server.listen(0, '127.0.0.1', () => console.log('listening on ' + server.address().port));
`;

/** Installs ipx, unless it is there. */
export function provideIpx(): void {
  if (existsSync(join(HOME, 'node_modules/.package-lock.json'))) return;
  mkdirSync(HOME, { recursive: true });
  writeFileSync(join(HOME, 'server.mjs'), PROGRAM);
  execFileSync('npm', ['install', '--prefix', HOME, '--no-audit', '--no-fund', '--silent', `ipx@${VERSION}`]);
}

/** Starts ipx, once it is provided, as a server that makes avatars. It keeps nothing. */
export function startIpx(): Promise<Server> {
  return startServer(process.execPath, [join(HOME, 'server.mjs')]);
}

/** The path under which it gives an avatar of a picture elsewhere. */
export function ipxAvatar(uri: string): string {
  return `/h_64/${uri}`;
}
