import type { Dimensions } from '../../../adapters/sharp-dimensions.js';
import type { SentAttempt, SentHop } from '../../sent-attempt.js';
import { endClock, moment } from '../moment.js';
import { nameOf } from '../name-of.js';
import type { Facts } from './facts.js';
import { reasonOf, statusText } from './reasons.js';
import type { Try } from './try-now.js';
import type { Verdict } from './verdict.js';

/** What is known of a picture, for people: the verdict first, then the facts. */
export function linesOf(facts: Facts, { sentence }: Verdict, tried: Try | undefined): string[] {
  return [
    sentence,
    `  URI:          ${nameOf(facts.uri)}`,
    `  declared:     ${declarationOf(facts)}`,
    `  blocked:      ${facts.record.isBlocked ? 'yes' : 'no'}`,
    `  kept:         ${keepingOf(facts)}`,
    ...excessLines(facts),
    ...errorLines(facts),
    ...lastAttemptLines(facts),
    ...(tried ? tryLines(tried) : []),
  ];
}

function declarationOf({ record: { isDeclared, declaredAt } }: Facts): string {
  if (!isDeclared) return 'no';
  return declaredAt ? moment(declaredAt) : 'yes, but not when';
}

function keepingOf({ copy, record: { stored, freshUntil } }: Facts): string {
  const type = stored.type ?? 'of unknown type';
  switch (copy.file) {
    case 'none':
      return 'nothing';
    case 'missing':
      return `recorded as ${type}, but the file is missing`;
    case 'unreadable':
      return `recorded as ${type}, but the file cannot be read: ${copy.reason}`;
    default: {
      const about = `since ${moment(copy.since)}, ${type}, ${copy.bytes} bytes${pixelsOf(copy.dimensions)}`;
      const fresh = freshUntil ? `, fresh until ${endClock(freshUntil)}` : '';
      return `${about}${copy.file === 'intact' ? fresh : `, ${DOUBTS[copy.file]}`}`;
    }
  }
}

const DOUBTS = {
  altered: 'but its checksum is not the one that is recorded',
  unrecorded: 'but there is no record of it',
} as const;

function pixelsOf(dimensions: Dimensions | undefined): string {
  if (!dimensions) return '';
  const { width, height, frames } = dimensions;
  return `, ${width} × ${height} pixels${frames > 1 ? `, ${frames} frames` : ''}`;
}

function excessLines({ copy }: Facts): string[] {
  return 'excess' in copy ? [`  avatar:       none can be made: ${copy.excess}`] : [];
}

function errorLines({ record: { error } }: Facts): string[] {
  return error ? [`  remembered:   ${error.reason}, until ${endClock(error.until)}`] : [];
}

function lastAttemptLines({ word }: Facts): string[] {
  if ('silence' in word) return [`  last attempt: not known: ${word.silence}`];
  const { server, attempt, rest } = word;
  const resting = rest ? [`  left alone:   until ${endClock(new Date(rest.until))}, ${CAUSES[rest.cause]}`] : [];
  if (!attempt) return [`  last attempt: none that the server on ${server} remembers`, ...resting];
  return [`  last attempt: ${attemptOf(attempt)}`, ...attempt.hops.map(hopLine), ...resting];
}

const CAUSES = {
  uri: 'because its fetch failed',
  host: 'because its whole host failed',
  'retry-after': 'because its host asked for that',
} as const;

function attemptOf(attempt: SentAttempt): string {
  // What came need not have been a picture.
  const how = reasonOf(attempt) ?? (attempt.outcome === 'fetched' ? `${attempt.bytes} bytes came` : 'not modified');
  return `${moment(new Date(attempt.startedAt))}, ${attempt.duration} ms: ${how}${detailOf(attempt)}`;
}

function detailOf({ outcome, reason }: Pick<SentAttempt, 'outcome' | 'reason'>): string {
  // The status was told already.
  return reason === undefined || outcome === 'unexpected-status' ? '' : ` (${reason})`;
}

function hopLine({ url, address, status, duration, timings }: SentHop): string {
  const phases = Object.entries(timings).map(([phase, ms]) => `${PHASES[phase as keyof typeof PHASES]} ${ms}`);
  const took = phases.length > 0 ? `${duration} ms (${phases.join(', ')})` : `${duration} ms`;
  const answer = status === undefined ? 'no answer' : statusText(status);
  return `    ${url}: ${address ?? 'no address'}, ${answer}, ${took}`;
}

const PHASES = { dns: 'DNS', connect: 'connect', firstByte: 'first byte', body: 'body' } as const;

function tryLines(tried: Try): string[] {
  const { attempt, outcome, type, bytes, dimensions } = tried;
  const hops = attempt?.hops ?? [];
  const failure = reasonOf({ outcome, hops });
  const how =
    failure === undefined ? `it works: ${type}, ${bytes} bytes${pixelsOf(dimensions)}` : `${failure}${detailOf(tried)}`;
  return [`  tried now:    ${how}`, ...hops.map(hopLine)];
}
