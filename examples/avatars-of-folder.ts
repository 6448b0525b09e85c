/**
 * Makes avatars, 64 pixels high, of all pictures in a folder, under the same names in another one.
 *
 *   npx tsx examples/avatars-of-folder.ts photos avatars
 *
 * Ends with 0 when all of them have one, with 1 when some have not, with 2 when it could not run.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { catchError, EMPTY, from, map, mergeMap, type Observable } from 'rxjs';
import { magicSniffer, sharpResizer } from 'img-linuxfr/adapters';
import { isResizable, Rejection } from 'img-linuxfr/domain';
import { Gate, gate } from 'img-linuxfr/operators';
import { complain, filesIn, makeFolder, words } from './support/script.js';

const [photos = '', avatars = ''] = words('PHOTOS AVATARS');
const names = filesIn(photos);
makeFolder(avatars);

const resizer = sharpResizer();
/** Decoded pictures are large: two at once, however many there are. */
const two = new Gate({ concurrency: 2, queueLimit: Infinity });

function makeAvatar(name: string): Observable<string> {
  return from(readFile(join(photos, name))).pipe(
    mergeMap(async (bytes) => ({ bytes, format: await magicSniffer.sniff(bytes) })),
    mergeMap(({ bytes, format }) => {
      if (!isResizable(format)) throw new Rejection('undecodable', `no avatars are made of ${format ?? 'such files'}`);
      return resizer.resize(bytes, format, 64);
    }),
    mergeMap((avatar) => writeFile(join(avatars, name), avatar)),
    map(() => name),
    catchError((error: Error) => {
      complain(`${name}: ${error.message}`);
      return EMPTY;
    }),
  );
}

from(names)
  .pipe(gate(two, makeAvatar))
  .subscribe((name) => console.log(name));
