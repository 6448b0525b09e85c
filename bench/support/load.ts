import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What a server made of a load. */
export interface Load {
  /** Answers a second. */
  readonly rate: number;
  /** Milliseconds from a request to the end of its answer. */
  readonly p50: number;
  readonly p99: number;
}

export interface LoadOptions {
  readonly seconds: number;
  /** Connections that ask again as soon as they are answered. */
  readonly connections?: number;
}

const SCRIPT = join(import.meta.dirname, 'wrk.lua');

/** Asks for the paths in turn, as fast as they are answered, with wrk. Rejects when any answer is an error. */
export async function load(
  url: string,
  paths: readonly string[],
  { seconds, connections = 64 }: LoadOptions,
): Promise<Load> {
  const directory = mkdtempSync(join(tmpdir(), 'img-linuxfr-wrk-'));
  const list = join(directory, 'paths');
  writeFileSync(list, paths.join('\n'));
  try {
    const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '-s', SCRIPT, url, '--', list];
    const { stdout } = await promisify(execFile)('wrk', args);
    const { failed, ...result } = JSON.parse(/^LOAD (.*)$/m.exec(stdout)?.[1] ?? '') as Load & { failed: number };
    if (failed > 0) throw new Error(`${failed} requests of ${url} failed:\n${stdout}`);
    return result;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
