import { originalPlace } from '../../../adapters/disk-layout.js';
import { type SourceUri, usableRecord } from '../../../domain/index.js';
import { fileState } from './file-state.js';
import type { Finding } from './finding.js';
import { adopt, forget, forgetAndSetAside, ifStill } from './mends.js';
import { nameOf } from '../name-of.js';
import type { Parts } from './parts.js';

/** The original of no variant: those of a picture that is not intact are all stale. */
export const NOTHING = Buffer.alloc(20);

const CHECKSUM = /^[0-9a-f]{40}$/;

/** Compares what is recorded of a stored picture with its file, and accounts for the file. */
export async function checkPicture(
  parts: Parts,
  uri: SourceUri,
  { type, checksum }: { readonly type: string | undefined; readonly checksum: string },
): Promise<Finding[]> {
  const what = nameOf(uri);
  const file = await fileState(parts.survey, originalPlace(uri.digest));
  const isIntact = file.is === 'read' && file.checksum === checksum;
  // Of a file that cannot be read, nothing else is known.
  const isBelieved = isIntact || file.is === 'unreadable';
  parts.pictures.set(Buffer.from(uri.digest, 'hex'), isBelieved ? originalOf(checksum) : NOTHING);
  const findings: Finding[] = [];
  if (file.is === 'missing') {
    const isMissing = async () => (await fileState(parts.survey, originalPlace(uri.digest))).is === 'missing';
    findings.push({ kind: 'missing file', what, mend: ifStill(isMissing, forget(parts, uri, checksum)) });
  }
  if (file.is === 'unreadable') findings.push({ kind: 'unreadable file', what: `${what}: ${file.code}` });
  if (file.is === 'read' && !isIntact) {
    const mend = forgetAndSetAside(parts, uri, checksum, file.checksum);
    findings.push({ kind: 'checksum differs from file', what, mend });
  }
  if (usableRecord({ type }).type === undefined) {
    const mend = isIntact ? await adopt(parts, uri, { checksum }, checksum) : forget(parts, uri, checksum);
    if (type === undefined) findings.push({ kind: 'checksum without type', what, mend });
    else findings.push({ kind: 'unknown type', what: `${type} of ${what}`, mend });
  }
  return findings;
}

function originalOf(checksum: string): Buffer {
  return CHECKSUM.test(checksum) ? Buffer.from(checksum, 'hex') : NOTHING;
}
