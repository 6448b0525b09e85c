import { Agent, get, type RequestOptions } from 'node:http';

/** Milliseconds from asking to the last byte, on a new connection. Rejects when the answer is no 200. */
export function timeOf(url: string, options: RequestOptions = {}): Promise<number> {
  const before = performance.now();
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, ...options }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${url} gave ${response.statusCode}`));
      response
        .resume()
        .once('end', () => resolve(performance.now() - before))
        .once('error', reject);
    });
    request.once('error', reject);
  });
}

/** Asks for all of the paths, 64 at once. */
export async function walk(url: string, paths: readonly string[]): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const left = paths.values();
  const some = async () => {
    for (const path of left) await timeOf(url + path, { agent });
  };
  await Promise.all(Array.from({ length: 64 }, some));
  agent.destroy();
}
