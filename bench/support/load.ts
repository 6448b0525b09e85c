import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What a server made of a load. */
export interface Load {
  readonly answers: number;
  /** Answers a second. */
  readonly rate: number;
  /** Milliseconds from a request to the end of its answer. */
  readonly p50: number;
  readonly p99: number;
  /** The 99th percentile that wrk itself tells, with answers that it adds to those that came: see wrk.lua. */
  readonly corrected: number;
}

interface Told extends Load {
  /** Answers of which the time is known: all, unless wrk corrects in another way than is undone. */
  readonly timed: number;
  readonly failed: number;
}

export interface LoadOptions {
  readonly seconds: number;
  /** Connections that ask again as soon as they are answered. */
  readonly connections?: number;
  /** Whether each request comes on a connection of its own. */
  readonly fresh?: boolean;
}

const SCRIPT = join(import.meta.dirname, 'wrk.lua');

/** Longer than any load: wrk knows whole seconds only, and ends as well when it is interrupted. */
const LONG = '1h';

/** Asks for the paths in turn, as fast as they are answered, with wrk. Rejects when any answer is an error. */
export async function load(
  url: string,
  paths: readonly string[],
  { seconds, connections = 64, fresh = false }: LoadOptions,
): Promise<Load> {
  const directory = mkdtempSync(join(tmpdir(), 'img-linuxfr-wrk-'));
  const list = join(directory, 'paths');
  writeFileSync(list, paths.join('\n'));
  try {
    const how = ['-t1', `-c${connections}`, `-d${LONG}`, ...(fresh ? ['-H', 'Connection: close'] : [])];
    const env = { ...process.env, CONNECTIONS: `${connections}` };
    const running = promisify(execFile)('wrk', [...how, '--latency', '-s', SCRIPT, url, '--', list], { env });
    running.child.stderr?.once('data', () => setTimeout(() => running.child.kill('SIGINT'), seconds * 1000));
    const { stdout, stderr } = await running;
    const [, told] = /^LOAD (.*)$/m.exec(stdout) ?? [];
    if (told === undefined) throw new Error(`wrk did not tell what came of a load of ${url}:\n${stdout}${stderr}`);
    const { failed, timed, ...result } = JSON.parse(told) as Told;
    if (failed > 0) throw new Error(`${failed} requests of ${url} failed:\n${stdout}`);
    if (result.answers === 0) throw new Error(`${url} did not answer:\n${stdout}`);
    if (timed !== result.answers) throw new Error(`This wrk times ${timed} of ${result.answers} answers:\n${stdout}`);
    return result;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
