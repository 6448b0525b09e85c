import type { CatalogueKey, List } from '../../../adapters/index.js';
import type { SourceUri } from '../../../domain/index.js';
import { afterwards } from './afterwards.js';
import { DigestTable } from './digest-table.js';
import type { Finding, FindingKind } from './finding.js';
import { delist, ifStill } from './mends.js';
import { nameOf } from '../name-of.js';
import type { Parts } from './parts.js';

interface Rule {
  readonly list: List;
  readonly kind: FindingKind;
  readonly isWrong: (key: CatalogueKey | undefined) => boolean;
}

const RULES: readonly Rule[] = [
  {
    list: 'blocked',
    kind: 'in img/blocked but not Blocked',
    // The status is what readers get, so it is the truth.
    isWrong: (key) => key?.kind !== 'image' || key.fields.get('status') !== 'Blocked',
  },
  { list: 'latest', kind: 'unknown image in img/latest', isWrong: (key) => key?.kind !== 'image' },
];

/** Looks whether the images on the site's lists are what the lists say. */
export async function* checkLists(parts: Parts): AsyncIterable<Finding> {
  for (const rule of RULES) {
    const { list, kind } = rule;
    for await (const doubtful of afterwards(wrongMembers(parts, rule), parts.patience)) {
      const listed = await digestsOn(parts, list);
      for (const uri of await wrongOf(parts, rule, doubtful)) {
        if (!listed.has(Buffer.from(uri.digest, 'hex'))) continue;
        const isWrong = async () => (await wrongOf(parts, rule, [uri])).length > 0;
        yield { kind, what: nameOf(uri), mend: ifStill(isWrong, delist(parts, list, uri)) };
      }
    }
  }
}

/** Digests of the URIs on a list. */
export async function digestsOn({ upkeep }: Parts, list: List): Promise<DigestTable> {
  const digests = new DigestTable('without values');
  for await (const uris of upkeep.listed(list)) {
    for (const { digest } of uris) digests.set(Buffer.from(digest, 'hex'));
  }
  return digests;
}

async function* wrongMembers(parts: Parts, rule: Rule): AsyncIterable<readonly SourceUri[]> {
  for await (const uris of parts.upkeep.listed(rule.list)) yield await wrongOf(parts, rule, uris);
}

async function wrongOf({ upkeep }: Parts, { isWrong }: Rule, uris: readonly SourceUri[]): Promise<SourceUri[]> {
  const keys = await upkeep.look(uris.map((uri) => ({ kind: 'image', uri })));
  return uris.filter((_, at) => isWrong(keys[at]));
}
