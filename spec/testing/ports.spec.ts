import { describe, expect, it, vi } from 'vitest';
import type { Ports, StagedFile } from '../../src/domain/index.js';
import { strictPorts, stubPorts } from '../../src/testing/index.js';
import { REQUEST } from '../support/nouns.js';

/** Files as an adapter has them: methods of a class, which need what they are methods of. */
class CountedFiles implements Pick<Ports['files'], 'stage' | 'recall'> {
  #staged = 0;

  stage(): Promise<StagedFile> {
    this.#staged++;
    return Promise.reject(new Error(`file ${this.#staged}`));
  }

  recall(): undefined {
    return undefined;
  }
}

describe.each([
  ['strictPorts', strictPorts],
  ['stubPorts', stubPorts],
])('%s', (_, portsOf) => {
  it('ask an adapter that they were told of', async () => {
    const { files } = portsOf({ files: new CountedFiles() });
    for (const message of ['file 1', 'file 2']) {
      await expect(files.stage(REQUEST.uri, Buffer.alloc(1))).rejects.toThrow(message);
    }
  });

  it('give the functions that they were told of, which may be looked at', () => {
    const told = { recall: vi.fn() };
    const { files } = portsOf({ files: told });
    files.recall(REQUEST.uri, '');
    expect(Object.entries(files)).toContainEqual(['recall', told.recall]);
    expect(told.recall).toHaveBeenCalledOnce();
  });

  it('ask functions that they were told of, and of no method what it does not say', () => {
    const { files, report } = portsOf({
      files: { recall: () => undefined },
      report: (trouble) => expect(trouble).toBe(1),
    });
    report(1);
    expect(files.recall(REQUEST.uri, '')).toBeUndefined();
  });
});

it('strictPorts throw when they are asked for anything else', () => {
  const { files } = strictPorts({ files: new CountedFiles() });
  expect(() => files.read(REQUEST.uri)).toThrow('nothing was said of files.read, and it was asked');
});
