import type { Observable, ObservableInput } from 'rxjs';
import type { MaybePending } from './answer.js';
import type { Attempt } from './attempt.js';
import type { ImageBody } from './body.js';
import type { ImageFormat, ResizableFormat } from './image-type.js';
import type { RememberedReason } from './rejection.js';
import type { SourceUri } from './source-uri.js';
import type { StoredRecord } from './stored-record.js';

/** What the catalogue knows of a URI. */
export type CatalogueEntry =
  | { readonly status: 'undeclared' | 'blocked' }
  | {
      readonly status: 'declared';
      /** What can be used of it: parts may be lost, or not be what they should; see `usableRecord`. */
      readonly stored?: Partial<StoredRecord>;
      /** The remembered failure, while it stands. */
      readonly error?: string;
      /** Milliseconds for which the stored copy is fresh; 0 when it is not. */
      readonly freshFor: number;
      /** The catalogue cannot be asked: this is what it said a moment ago. */
      readonly unconfirmed?: true;
    };

/** The site's list of declared pictures and our notes on them (`img/*` in Redis). */
export interface Catalogue {
  /**
   * Everything known of a URI, in one round trip at most. Errors with `catalogue-unavailable`. Unsubscribing drops
   * the answer.
   */
  lookup(uri: SourceUri): MaybePending<CatalogueEntry>;
  /**
   * Notes that a picture is stored and fresh for an hour from now, and forgets any failure. Does
   * nothing and gives `false` when the URI is blocked or no longer declared at that very moment. Errors with
   * `catalogue-unavailable`. Unsubscribing does not stop it.
   *
   * @param lastModified When the file was written.
   */
  store(uri: SourceUri, record: StoredRecord, lastModified: Date): ObservableInput<boolean>;
  /** Notes a failure, to stand for an hour. Errors with `catalogue-unavailable`. Unsubscribing does not stop it. */
  recordError(uri: SourceUri, reason: RememberedReason): ObservableInput<void>;
}

/** A rendition that is kept beside the original. */
export interface StoredVariant {
  readonly body: ImageBody;
  /** SHA-1 of the bytes, hexadecimal. */
  readonly checksum: string;
}

/** A file of the cache directory. */
export interface StoredFile extends StoredVariant {
  /** When it was last written. */
  readonly lastModified: Date;
}

/** Bytes on the disk that nobody sees yet. They are committed, or discarded: also when they could not be committed. */
export interface StagedFile {
  /** When it was written. */
  readonly lastModified: Date;
  /** Puts the file in its place, atomically, and drops variants of what was there. Errors with `storage-unavailable`. */
  commit(): ObservableInput<void>;
  /** Leaves nothing of it on the disk, as far as that works. */
  discard(): ObservableInput<void>;
}

/** What sets a variant apart: the original it was made from, and how. */
export interface VariantKey {
  /** SHA-1 of the original, hexadecimal. */
  readonly originalChecksum: string;
  /** In pixels. */
  readonly height: number;
}

/** The cache directory. Absent files are `undefined`; trouble is `storage-unavailable`. */
export interface ImageFiles {
  /**
   * The original of a URI. Given the checksum that the bytes should have, a copy in memory that has it will do for
   * a while; without one, the disk is looked at. It may have another checksum all the same. Unsubscribing drops the
   * answer.
   */
  read(uri: SourceUri, checksum?: string): MaybePending<StoredFile | undefined>;
  /** A copy in memory that has the checksum, whatever has become of the file. */
  recall(uri: SourceUri, checksum: string): StoredFile | undefined;
  /** Writes an original aside, durably. Unsubscribing does not stop it. */
  stage(uri: SourceUri, bytes: Uint8Array): ObservableInput<StagedFile>;
  /** A variant that is kept, if it is whole; one that is damaged is `undefined`. */
  readVariant(uri: SourceUri, key: VariantKey): MaybePending<StoredVariant | undefined>;
  /** Keeps a variant beside its original. Unsubscribing does not stop it. */
  writeVariant(uri: SourceUri, key: VariantKey, bytes: Uint8Array): ObservableInput<void>;
}

/** One request to an origin. */
export interface OriginRequest {
  /** An http or https URL without credentials. */
  readonly url: URL;
  /** Sent as If-None-Match. */
  readonly etag?: string;
  /** Told how far the exchange has come, as soon as it has. */
  readonly onProgress?: (progress: ExchangeProgress) => void;
}

/** A step of an exchange before its response, in the order of time. */
export type ExchangeProgress =
  /** The addresses of the name are known, or that there are none; no step where the URL holds the address. */
  | { readonly kind: 'resolved' }
  /** It is about to be connected to, or refused for what it is; another one may follow. */
  | { readonly kind: 'connecting'; readonly address: string }
  /** With TLS, once that is agreed on. */
  | { readonly kind: 'connected' };

/** What an origin answers. Fields are as they came, unread. */
export interface OriginResponse {
  readonly status: number;
  /** Content-Type, parameters included. */
  readonly contentType?: string;
  /** Bytes of the decoded body, when they are announced; what arrives may differ. */
  readonly contentLength?: number;
  /** ETag, quotes included. */
  readonly etag?: string;
  /** Location, which may be relative; each character is a byte. */
  readonly location?: string;
  /** Retry-After, in seconds or a date. */
  readonly retryAfter?: string;
  /** Decoded bytes as they arrive. Errors with `truncated` when they end early. */
  readonly body: Observable<Uint8Array>;
}

/** The outside world over HTTP. */
export interface Origin {
  /**
   * Sends one request, follows nothing, and hands the response to `read`. The connection lives as long
   * as what `read` returns: when that ends or is unsubscribed from, whatever is left of the body is
   * dropped and the connection is closed.
   */
  exchange<T>(request: OriginRequest, read: (response: OriginResponse) => ObservableInput<T>): Observable<T>;
}

/** Tells what bytes are, whatever they are called. */
export interface Sniffer {
  /** The format of a picture; `undefined` for whatever is none that we accept. It is given all bytes. */
  sniff(bytes: Uint8Array): ObservableInput<ImageFormat | undefined>;
}

/** Makes a picture of the given height, in the same format. */
export interface Resizer {
  /** Gives the bytes. Errors with `too-many-pixels` or `undecodable`. Cannot be cancelled once begun. */
  resize(bytes: Uint8Array, format: ResizableFormat, height: number): ObservableInput<Uint8Array>;
}

/** The outside world as the operators see it. */
export interface Ports {
  /** What is declared, blocked, stored and failed. */
  readonly catalogue: Catalogue;
  /** The bytes that are kept. */
  readonly files: ImageFiles;
  /** Where pictures come from. */
  readonly origin: Origin;
  /** Tells pictures from what is only called one. */
  readonly sniffer: Sniffer;
  /** Makes avatars. */
  readonly resizer: Resizer;
  /** Told of trouble of ours that readers are spared, so that somebody mends it. */
  readonly report: (trouble: unknown) => void;
  /** Told of each attempt to fetch a picture when it is over, but for those that everybody left. */
  readonly onAttempt?: (attempt: Attempt) => void;
}
