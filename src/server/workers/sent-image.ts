import type { Observable } from 'rxjs';
import {
  type ImageFiles,
  type ImageRequest,
  isInMemory,
  Rejection,
  type ServedImage,
  type StoredRecord,
} from '../../domain/index.js';
import { whenKnown } from '../../operators/map-or-merge.js';
import type { SentImage } from './messages.js';

/** What of a picture travels from one process to another. */
export function imageToSend({ image, cacheStatus }: ServedImage): SentImage {
  const { type, checksum, etag, lastModified, body } = image;
  const record = etag === undefined ? { type, checksum } : { type, checksum, etag };
  return isInMemory(body) ? { cacheStatus, record, lastModified, bytes: body } : { cacheStatus, record, lastModified };
}

/** The picture in the process that it was sent to. Errors with `storage-unavailable` when its file is lost by now. */
export function imageSent(
  { cacheStatus, record, lastModified, bytes }: SentImage,
  request: ImageRequest,
  files: Pick<ImageFiles, 'read'>,
): ServedImage | Observable<ServedImage> {
  if (bytes) return { request, cacheStatus, image: { ...record, lastModified, body: bytes } };
  return whenKnown(files.read(request.uri, record.checksum), (file) => {
    if (file?.checksum !== record.checksum) throw lost(request, record);
    return { request, cacheStatus, image: { ...record, lastModified, body: file.body } };
  });
}

function lost({ uri }: ImageRequest, { checksum }: StoredRecord): Rejection {
  return new Rejection('storage-unavailable', `the file of ${uri} with the checksum ${checksum} is gone`);
}
