import { join } from 'node:path';
import { type Server, startServer } from './process.js';

const SCRIPT = join(import.meta.dirname, 'floor-server.ts');

/** A bare `node:http` server that gives the same heads and bytes as another to each of the paths, from memory. */
export function startFloor(model: string, paths: readonly string[]): Promise<Server> {
  return startServer(process.execPath, ['--import', import.meta.resolve('tsx'), SCRIPT, model], paths.join('\n'));
}
