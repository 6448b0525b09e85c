import { join } from 'node:path';
import { type Server, startServer } from './process.js';

/** A bare `node:http` server that gives the same heads and bytes as another to each of the paths, from memory. */
export function startFloor(model: string, paths: readonly string[]): Promise<Server> {
  return startScript('floor-server.ts', [model], paths.join('\n'));
}

/** A bare `node:http` server that asks the origin each time, and makes avatars with nothing but sharp. */
export function startColdFloor(): Promise<Server> {
  return startScript('cold-floor-server.ts');
}

/** A bare `node:http` server that answers nothing: how long Node takes to start. */
export function startBare(): Promise<Server> {
  const program = `
    const server = require('node:http').createServer();
    server.listen(0, '127.0.0.1', () => console.log('listening on ' + server.address().port));`;
  return startServer(process.execPath, ['--eval', program]);
}

function startScript(name: string, args: readonly string[] = [], input?: string): Promise<Server> {
  const script = join(import.meta.dirname, name);
  return startServer(process.execPath, ['--import', import.meta.resolve('tsx'), script, ...args], input);
}
