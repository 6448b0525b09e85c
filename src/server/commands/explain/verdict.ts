import { REJECTIONS } from '../../../domain/index.js';
import type { SentAttempt, SentRest } from '../../sent-attempt.js';
import { clock, endClock } from '../moment.js';
import type { Facts } from './facts.js';
import { reasonOf, rememberedReason } from './reasons.js';

/** The answer to the question why a picture is broken. */
export interface Verdict {
  /** Whether readers see the picture, or would with the next request for it. */
  readonly isShown: boolean;
  readonly sentence: string;
}

const NEXT = 'its origin is asked when somebody looks at it';

const UNASKABLE =
  'its URI cannot be asked for: it must be an absolute http or https URI, without credentials, on a port of the web';

export function verdictOf(facts: Facts): Verdict {
  const verdict = verdictOnOriginal(facts);
  const { copy } = facts;
  return verdict.isShown && 'excess' in copy ? shown(`${verdict.sentence} ${NO_AVATAR}`) : verdict;
}

const NO_AVATAR = 'As an avatar it is not: it has too many pixels, and readers see the default avatar.';

function verdictOnOriginal(facts: Facts): Verdict {
  switch (facts.state) {
    case 'reserved':
      return broken('This is no picture: its URI is a key of the catalogue itself.');
    case 'undeclared':
      return broken('This picture is not shown because the site never declared it.');
    case 'blocked':
      return broken('This picture is not shown because it is blocked.');
    case 'invalid':
      return isKept(facts)
        ? shown(`The copy of ${copyTime(facts)} of this picture is shown; ${UNASKABLE}.`)
        : broken(`This picture is broken because ${UNASKABLE}.`);
    case 'failed':
    case 'absent':
    case 'stale':
      return failing(facts) ?? due(facts);
    case 'fresh':
      return isKept(facts)
        ? shown(`This picture is well: the copy of ${copyTime(facts)} is shown, and fresh until ${freshUntil(facts)}.`)
        : (failing(facts) ?? due(facts));
  }
}

/** Where an earlier failure keeps the origin from being asked. */
function failing(facts: Facts): Verdict | undefined {
  const { record, word } = facts;
  const rest = 'rest' in word ? word.rest : null;
  const ends = [record.error?.until, rest && new Date(rest.until)].filter((end) => end instanceof Date);
  const reason = reasonFor(facts, rest);
  if (ends.length === 0 || reason === undefined) return undefined;
  const next = `it is asked again from ${endClock(new Date(Math.max(...ends.map(Number))))} on`;
  return isKept(facts)
    ? shown(`The copy of ${copyTime(facts)} of this picture is shown because ${reason}; ${next}.`)
    : broken(`This picture is broken because ${reason}${lossOf(facts)}; ${next}.`);
}

function reasonFor({ record: { error }, word }: Facts, rest: SentRest | null): string | undefined {
  const attempt = 'attempt' in word ? word.attempt : null;
  const told = attempt ? reasonOf(attempt) : undefined;
  if (error) return attempt && remembers(attempt, error.reason) ? told : rememberedReason(error.reason);
  switch (rest?.cause) {
    case 'host':
      return told ?? 'its host failed too often lately';
    case 'retry-after':
      return told ?? 'its host asked to be left alone';
    case 'uri':
      return told ?? 'its origin did not answer lately';
    case undefined:
      return undefined;
  }
}

/** Whether it is this attempt that is remembered. */
function remembers({ outcome }: SentAttempt, reason: string): boolean {
  if (outcome === 'fetched' || outcome === 'not-modified') return false;
  const memory = REJECTIONS[outcome];
  return memory.in === 'catalogue' && memory.reason === reason;
}

/** Where nothing keeps the origin from being asked. */
function due(facts: Facts): Verdict {
  const { copy, word } = facts;
  switch (copy.file) {
    case 'intact':
      return shown(`This picture is well: the copy of ${copyTime(facts)} is shown; ${NEXT} whether it has changed.`);
    case 'unrecorded':
      return shown(`The record of this picture is lost, its file is not; ${NEXT}.`);
    case 'missing':
      return broken(`The file of this picture is missing; ${NEXT}, and it is fetched anew.`);
    case 'altered':
      return broken(`The file of this picture is not the one that was stored; ${NEXT}, and it is fetched anew.`);
    case 'unreadable':
      return broken(`The file of this picture cannot be read (${copy.reason}); ${NEXT}.`);
    case 'none': {
      const reason = 'attempt' in word && word.attempt ? reasonOf(word.attempt) : undefined;
      return reason === undefined
        ? broken(`Nothing is kept of this picture yet; ${NEXT}.`)
        : broken(`This picture is broken because ${reason}; ${NEXT}.`);
    }
  }
}

function isKept({ copy: { file } }: Facts): boolean {
  return file === 'intact' || file === 'unrecorded';
}

function lossOf({ copy: { file } }: Facts): string {
  switch (file) {
    case 'missing':
      return ', and its file is missing';
    case 'altered':
      return ', and its file is not the one that was stored';
    case 'unreadable':
      return ', and its file cannot be read';
    default:
      return '';
  }
}

function copyTime({ copy }: Facts): string {
  return 'since' in copy ? clock(copy.since) : 'an unknown time';
}

function freshUntil({ record: { freshUntil } }: Facts): string {
  return freshUntil ? endClock(freshUntil) : 'now';
}

function shown(sentence: string): Verdict {
  return { isShown: true, sentence };
}

function broken(sentence: string): Verdict {
  return { isShown: false, sentence };
}
