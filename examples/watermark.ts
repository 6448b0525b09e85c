/**
 * A pipeline of one's own: between validating pictures and storing them it puts a mark into their lower right corner.
 *
 *   npx tsx examples/watermark.ts mark.png cache https://example.com/a.jpg https://example.com/b.png
 *
 * Says where each marked picture lies. Asked again, it answers from what is stored. Ends with 0 when all of them are
 * marked, with 1 when some are not, with 2 when it could not run.
 */
import { catchError, EMPTY, from, map, mergeMap, of } from 'rxjs';
import { DiskFiles, EmbeddedCatalogue, httpOrigin, magicSniffer, sharpResizer } from 'img-linuxfr/adapters';
import { type Due, ORIGINAL, SourceUri } from 'img-linuxfr/domain';
import { fetch, persist, rememberFailure, takeTurns, validate } from 'img-linuxfr/operators';
import { oncePerUri, pipelineWithRefresh, selectStored, sharedState, whenDue } from 'img-linuxfr/pipeline';
import { addressRules, complain, makeFolder, orGiveUp, readBytes, words } from './support/script.js';
import { sharpMarker } from './support/sharp-marker.js';
import { watermark } from './support/watermark.js';

const [mark = '', folder = '', ...links] = words('MARK FOLDER URI...');
makeFolder(folder);
const catalogue = orGiveUp(() => new EmbeddedCatalogue({ path: `${folder}/catalogue.lmdb` }));
const files = new DiskFiles(folder);
const ports = {
  catalogue,
  files,
  origin: httpOrigin({ userAgent: 'watermark/1.0', addressRules: addressRules() }),
  sniffer: magicSniffer,
  resizer: sharpResizer(),
  report: console.error,
};
const shared = sharedState();

/** The pipeline: that of `refresh`, with one more stage. */
const marker = sharpMarker(readBytes(mark));
const download = (due: Due) =>
  of(due).pipe(
    fetch(ports, { turn: takeTurns(shared) }),
    validate(ports),
    watermark(marker),
    persist(ports),
    rememberFailure(ports, due.request, shared.backOff),
  );
const refresh = oncePerUri(shared.refreshing, (request) => of(request).pipe(selectStored(ports), whenDue(download)));
const pipeline = pipelineWithRefresh(ports, refresh, {}, shared);

from(links)
  .pipe(
    map((link) => SourceUri.of(link)),
    mergeMap(async (uri) => {
      await catalogue.declare(uri);
      return uri;
    }),
    mergeMap((uri) =>
      of({ hexUri: uri.hex, variant: ORIGINAL }).pipe(
        pipeline,
        map(({ cacheStatus }) => `${uri}: ${files.pathOf(uri)}${cacheStatus.hit ? ', as before' : ''}`),
        catchError((error: Error) => {
          complain(`${uri}: ${error.message}`);
          return EMPTY;
        }),
      ),
    ),
  )
  .subscribe({ next: (line) => console.log(line), complete: () => void catalogue.close() });
