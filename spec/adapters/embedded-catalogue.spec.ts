import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { EmbeddedCatalogue } from '../../src/adapters/index.js';
import { SourceUri } from '../../src/domain/index.js';
import { runCommand, temporaryDirectory } from '../support/service.js';

it('the embedded catalogue sees at once what another process has declared', async () => {
  const directory = temporaryDirectory();
  const catalogue = new EmbeddedCatalogue({ path: join(directory, 'catalogue.lmdb') });
  const uri = 'http://origin.example/a.png';
  expect(catalogue.lookup(SourceUri.of(uri))).toEqual({ status: 'undeclared' });
  // Waited for without a turn of our loop, in which LMDB would look again by itself.
  expect(runCommand(['declare', '-r', 'embedded', '-d', directory, uri])).toMatchObject({ status: 0 });
  expect(catalogue.lookup(SourceUri.of(uri))).toMatchObject({ status: 'declared' });
  await catalogue.close();
  rmSync(directory, { recursive: true });
});
