import { request } from './service.js';

/** The samples that a service exposes, by name and labels as they are written. */
export type Samples = ReadonlyMap<string, number>;

/** @param ops The URL of the operations port. */
export async function samplesOf(ops: string): Promise<Samples> {
  const { status, headers, body } = await request(`${ops}/metrics`);
  if (status !== 200 || !/^text\/plain; version=0\.0\.4/.test(headers.get('content-type') ?? '')) {
    throw new Error(`no metrics: ${status}`);
  }
  const lines = body.toString().split('\n');
  const samples = lines.filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

/** The sum of all samples of a name that have these labels. */
export function sumOf(samples: Samples, name: string, labels: Readonly<Record<string, string>> = {}): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const matching = [...samples].filter(
    ([sample]) => sample.split('{')[0] === name && wanted.every((label) => sample.includes(label)),
  );
  return matching.reduce((sum, [, value]) => sum + value, 0);
}
