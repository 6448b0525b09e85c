import { readFileSync } from 'node:fs';

/** One way to reach what is not for everyone, or a neighbour that is. */
export interface AddressRow {
  readonly class: string;
  /** An address, the host of a URI, or a URI; `PORT` stands for the port of a listener that counts. */
  readonly input: string;
  readonly expected: 'allowed' | 'refused';
  readonly why: string;
  /** Where the rule is written down. */
  readonly source: string;
}

const ROWS = JSON.parse(
  readFileSync(new URL('../corpus/addresses.json', import.meta.url), 'utf8'),
) as readonly AddressRow[];

type Row = readonly [input: string, why: string, expected: AddressRow['expected']];

/** The rows of a class, as `it.each` names its specs after them. */
export function rowsOf(name: string): Row[] {
  const rows = ROWS.filter((row) => row.class === name);
  if (rows.length === 0) throw new Error(`the corpus has no class ${name}`);
  return rows.map(({ input, why, expected }) => [input, why, expected]);
}
