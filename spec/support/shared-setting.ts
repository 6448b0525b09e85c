import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { originalPlace } from '../../src/adapters/disk-layout.js';
import { SourceUri } from '../../src/domain/index.js';
import { openSetting, type Setting, type STORES } from './setting.js';

/**
 * A setting that all specs of a `describe` have in common: open while they run, which they do not where its store
 * cannot be had.
 *
 * @param flags Of its service.
 */
export function sharedSetting(
  { name, skip }: (typeof STORES)[number],
  flags: readonly string[] = [],
): Omit<Setting, 'close'> {
  let opened: Setting;
  beforeAll(async () => {
    if (!skip) opened = await openSetting(name, { flags });
  });
  beforeEach((context) => {
    if (skip) context.skip('there is no Redis');
  });
  afterAll(() => (skip ? undefined : opened.close()));
  return {
    get service() {
      return opened.service;
    },
    get origin() {
      return opened.origin;
    },
    declare: (uri) => opened.declare(uri),
    publish: (path, listener) => opened.publish(path, listener),
    command: (args, input) => opened.command(args, input),
  };
}

/** How many files a service keeps of a URI, its avatars included. */
export function filesOf({ service }: Pick<Setting, 'service'>, uri: string): number {
  const place = join(service.directory, originalPlace(SourceUri.of(uri).digest));
  const folder = dirname(place);
  return existsSync(folder) ? readdirSync(folder).filter((file) => file.startsWith(basename(place))).length : 0;
}
