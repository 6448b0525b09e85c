/**
 * Checks a list of links to pictures, one a line, and says in a table what each of them leads to:
 *
 *   npx tsx examples/check-links.ts links.txt > links.csv
 *
 * Ends with 0 when all of them are pictures, with 1 when some are not, with 2 when it could not run.
 */
import { catchError, filter, from, map, mergeMap, type Observable, of, pipe, throwError } from 'rxjs';
import { httpOrigin, magicSniffer } from 'img-linuxfr/adapters';
import { dueFor, isRejection, SourceUri } from 'img-linuxfr/domain';
import { KeyedGate, fetch, Gate, validate } from 'img-linuxfr/operators';
import { addressRules, linesOf, words } from './support/script.js';

const [list = ''] = words('LIST');
const links = linesOf(list);

/** Two downloads from one host at once, and fifty from all of them. */
const hosts = new KeyedGate({ concurrency: 2, queueLimit: Infinity });
const downloads = new Gate({ concurrency: 50, queueLimit: Infinity });

const download = pipe(
  fetch(
    { origin: httpOrigin({ userAgent: 'check-links/1.0', addressRules: addressRules() }) },
    { turn: (url, ask) => hosts.run(url.host, () => downloads.run(ask)) },
  ),
  validate({ sniffer: magicSniffer }),
);

function check(link: string): Observable<readonly unknown[]> {
  return of(dueFor(SourceUri.of(link))).pipe(
    download,
    filter((fetched) => fetched.kind === 'fetched'),
    map(({ type, bytes }) => [link, 'ok', type, bytes.length, '']),
    catchError((error: unknown) => {
      if (!isRejection(error)) return throwError(() => error);
      process.exitCode = 1;
      return of([link, error.code, '', '', error.message]);
    }),
  );
}

function print(fields: readonly unknown[]): void {
  console.log(fields.map((field) => `"${String(field).replaceAll('"', '""')}"`).join(','));
}

print(['link', 'verdict', 'type', 'bytes', 'reason']);
from(links).pipe(mergeMap(check)).subscribe(print);
