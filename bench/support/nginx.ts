import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../spec/support/free-port.js';
import { walk } from './client.js';
import { type Server, stop } from './process.js';

/** Starts nginx as a cache in front of a server, with one worker, in which the answers to these paths are kept, in an empty directory. */
export async function startNginx(directory: string, upstream: string, paths: readonly string[] = []): Promise<Server> {
  const port = await freePort();
  const config = join(directory, 'nginx.conf');
  writeFileSync(config, configOf({ directory, port, upstream }));
  const child = spawn('nginx', ['-p', directory, '-e', 'stderr', '-c', config], { stdio: 'inherit' });
  await untilItListens(child, port);
  const url = `http://127.0.0.1:${port}`;
  await walk(url, paths);
  return { url, pid: child.pid ?? 0, stop: () => stop(child) };
}

interface Config {
  readonly directory: string;
  readonly port: number;
  readonly upstream: string;
}

/**
 * What a hit costs is set as well as we know how: connections are kept, open files too, nothing is logged. No `tcp_nopush`:
 * the end of what does not fill the 64 KiB packets of a loopback waits for 40 ms with it.
 */
function configOf({ directory, port, upstream }: Config): string {
  return `
daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${directory}/pid;
error_log stderr error;
events { worker_connections 4096; }
http {
  access_log off;
  sendfile on;
  keepalive_requests 100000000;
  open_file_cache max=20000 inactive=10m;
  client_body_temp_path ${directory}/client;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
  proxy_cache_path ${directory}/cache levels=1:2 keys_zone=pictures:32m max_size=8g inactive=1h use_temp_path=off;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass ${upstream};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_cache pictures;
      proxy_cache_key $uri;
      proxy_cache_valid 200 1h;
    }
  }
}
`;
}

async function untilItListens(child: ChildProcess, port: number): Promise<void> {
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}`);
    await delay(20);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
