/**
 * Archives the pictures of a Markdown file: each into a folder, and beside them the file, which leads to them there.
 *
 *   npx tsx examples/archive-markdown.ts article.md archive
 *
 * Ends with 0 when all of them are archived, with 1 when some are not, with 2 when it could not run. What is not
 * archived keeps its link.
 */
import { writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { catchError, EMPTY, filter, from, mergeMap, type Observable, of, pipe, toArray } from 'rxjs';
import { httpOrigin, magicSniffer } from 'img-linuxfr/adapters';
import { dueFor, SourceUri } from 'img-linuxfr/domain';
import { KeyedGate, fetch, validate } from 'img-linuxfr/operators';
import { addressRules, complain, makeFolder, readText, words } from './support/script.js';

/** `![…](URI)`, `![…](<URI> "…")` and `<img … src="URI">`; a URI may have parentheses in pairs. */
const PICTURE = /(?<=!\[[^\]]*\]\(\s*<?|<img\s[^>]*?src=["'])https?:\/\/(?:[^\s<>()"']|\([^\s<>()"']*\))+/g;

const [file = '', folder = ''] = words('FILE FOLDER');
const text = readText(file);
makeFolder(folder);

const hosts = new KeyedGate({ concurrency: 2, queueLimit: Infinity });
const download = pipe(
  fetch(
    { origin: httpOrigin({ userAgent: 'archive-markdown/1.0', addressRules: addressRules() }) },
    { turn: (url, ask) => hosts.run(url.host, ask) },
  ),
  validate({ sniffer: magicSniffer }),
);

/** Emits the link and the name of its file, or nothing. */
function archive(link: string): Observable<readonly [link: string, name: string]> {
  const uri = SourceUri.of(link);
  return of(dueFor(uri)).pipe(
    download,
    filter((fetched) => fetched.kind === 'fetched'),
    mergeMap(async ({ format, bytes }) => {
      const name = `${uri.digest}.${format}`;
      await writeFile(join(folder, name), bytes);
      return [link, name] as const;
    }),
    catchError((error: Error) => {
      complain(`${link}: ${error.message}`);
      return EMPTY;
    }),
  );
}

from(new Set(text.match(PICTURE)))
  .pipe(mergeMap(archive), toArray())
  .subscribe((archived) => {
    const names = new Map(archived);
    writeFileSync(
      join(folder, basename(file)),
      text.replace(PICTURE, (link) => names.get(link) ?? link),
    );
    console.log(`${names.size} pictures are in ${folder}`);
  });
