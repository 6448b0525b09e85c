import type { CatalogueKey } from '../../../adapters/index.js';
import { type SourceUri, usableRecord } from '../../../domain/index.js';
import type { DigestTable } from './digest-table.js';
import type { Finding } from './finding.js';
import { enlist, forget, ifStill } from './mends.js';
import { nameOf } from '../name-of.js';
import type { Parts } from './parts.js';
import { checkPicture } from './picture-check.js';
import { recordOf } from './record-of.js';

const FIELDS = new Set(['created_at', 'status', 'type', 'checksum', 'etag']);

/** Looks at the fields of an image, and at its file if it is stored. */
export async function checkImage(
  parts: Parts,
  { uri, fields }: CatalogueKey & { kind: 'image' },
  blocked: DigestTable,
): Promise<Finding[]> {
  const what = nameOf(uri);
  const findings: Finding[] = [];
  for (const field of fields.keys()) {
    if (!FIELDS.has(field)) findings.push({ kind: 'unknown field', what: `${field} of ${what}` });
  }
  if (!fields.has('created_at')) findings.push({ kind: 'no created_at', what });
  const status = fields.get('status');
  if (status === 'Blocked') {
    const mend = ifStill(() => isBlocked(parts, uri), enlist(parts, 'blocked', uri));
    const isListed = blocked.has(Buffer.from(uri.digest, 'hex'));
    if (!isListed) findings.push({ kind: 'Blocked but not in img/blocked', what, mend });
  } else if (status !== undefined) findings.push({ kind: 'unknown status', what: `${status} of ${what}` });
  const { type, checksum } = recordOf(fields);
  if (checksum !== undefined) return [...findings, ...(await checkPicture(parts, uri, { type, checksum }))];
  if (type !== undefined && usableRecord({ type }).type === undefined) {
    findings.push({ kind: 'unknown type', what: `${type} of ${what}`, mend: forget(parts, uri, undefined) });
  }
  return findings;
}

async function isBlocked({ upkeep }: Parts, uri: SourceUri): Promise<boolean> {
  const [key] = await upkeep.look([{ kind: 'image', uri }]);
  return key?.kind === 'image' && key.fields.get('status') === 'Blocked';
}
