import { troubleOfFile } from './file-state.js';
import { type Finding, type FindingKind, KINDS, type Mend } from './finding.js';

/** Examples of each kind that are shown. */
const EXAMPLES = 10;

/** Whether findings are only told, would be mended, or are. */
export type Mode = 'check' | 'dry-run' | 'repair';

interface Example {
  readonly what: string;
  /** What was done, or would be. */
  readonly mend?: string;
  /** Why the disk did not let it be mended. */
  readonly trouble?: string;
}

interface Entry {
  readonly kind: FindingKind;
  count: number;
  mended: number;
  readonly examples: Example[];
}

/** Counts what a check finds, and mends it if that is asked for. */
export class Report {
  readonly looked = { keys: 0, files: 0 };
  readonly #mode: Mode;
  readonly #entries = new Map<FindingKind, Entry>();

  constructor(mode: Mode) {
    this.#mode = mode;
  }

  async add({ kind, what, mend }: Finding): Promise<void> {
    const entry = this.#entries.get(kind) ?? { kind, count: 0, mended: 0, examples: [] };
    this.#entries.set(kind, entry);
    entry.count++;
    const outcome = mend === undefined || this.#mode === 'check' ? {} : await this.#outcome(mend);
    if (outcome.mend !== undefined) entry.mended++;
    if (entry.examples.length < EXAMPLES) entry.examples.push({ what, ...outcome });
  }

  /** Whether nothing is left to mend. */
  get isClean(): boolean {
    const left = (entry: Entry) => entry.count - (this.#mode === 'repair' ? entry.mended : 0);
    return this.#sum(left) === 0;
  }

  get hasMended(): boolean {
    return this.#mode === 'repair' && this.#sum(({ mended }) => mended) > 0;
  }

  get document(): object {
    return {
      ...this.looked,
      mode: this.#mode,
      count: this.#sum(({ count }) => count),
      mended: this.#sum(({ mended }) => mended),
      findings: this.#sorted(),
    };
  }

  get lines(): string[] {
    const { keys, files } = this.looked;
    const count = this.#sum((entry) => entry.count);
    const mended = this.#mended(this.#sum((entry) => entry.mended));
    return [
      ...this.#sorted().flatMap((entry) => this.#linesOf(entry)),
      `${keys} keys and ${files} files checked, ${count} findings${mended}`,
    ];
  }

  /** A file that cannot be moved or removed is no reason to leave all the others as they are. */
  async #outcome({ how, run }: Mend): Promise<Omit<Example, 'what'>> {
    if (this.#mode === 'dry-run') return { mend: how };
    try {
      return (await run()) ? { mend: how } : {};
    } catch (error) {
      return { trouble: troubleOfFile(error) };
    }
  }

  #linesOf({ kind, count, mended, examples }: Entry): string[] {
    const verb = this.#mode === 'dry-run' ? 'would be' : 'was';
    const more = count - examples.length;
    return [
      `${kind}: ${count}${this.#mended(mended)}`,
      ...examples.map(({ what, mend, trouble }) => {
        if (mend !== undefined) return `  ${what}: ${verb} ${mend}`;
        return `  ${what}${trouble === undefined ? '' : `: could not be mended: ${trouble}`}`;
      }),
      ...(more > 0 ? [`  and ${more} more`] : []),
    ];
  }

  #mended(count: number): string {
    if (this.#mode === 'check') return '';
    return `, ${count} ${this.#mode === 'dry-run' ? 'would be mended' : 'mended'}`;
  }

  #sorted(): Entry[] {
    return KINDS.flatMap((kind) => this.#entries.get(kind) ?? []);
  }

  #sum(part: (entry: Entry) => number): number {
    return [...this.#entries.values()].reduce((sum, entry) => sum + part(entry), 0);
  }
}
