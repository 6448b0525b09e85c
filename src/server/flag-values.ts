import { isIP } from 'node:net';
import { InvalidArgumentError } from 'commander';
import { isCidr } from '../adapters/address-rules.js';
import { type ListenAddress, parseListenAddress } from './listen-address.js';
import { LOG_LEVELS, type LogLevel } from './options.js';
import { type CatalogueAddress, parseCatalogueAddress } from './redis-address.js';

/** What the value of each flag may look like; commander shows the message beside the flag. */

export function listenAddress(text: string): ListenAddress {
  return parseListenAddress(text) ?? invalid('give HOST:PORT, such as 127.0.0.1:8000 or [::1]:8000');
}

export function catalogueAddress(text: string): CatalogueAddress {
  return (
    parseCatalogueAddress(text) ??
    invalid(
      'give HOST:PORT/DB, redis://, rediss://, unix:PATH or embedded; in the password of a URL, % is %25, / %2F, # %23, ? %3F',
    )
  );
}

export function networks(text: string, before: readonly string[] = []): string[] {
  const cidrs = text.split(',').map((cidr) => cidr.trim());
  return cidrs.every(isCidr) ? [...before, ...cidrs] : invalid('give a network such as 10.0.0.0/8 or fd00::/8');
}

export function nameServers(text: string, before: readonly string[] = []): string[] {
  const servers = text.split(',').map((server) => server.trim());
  return servers.every(isNameServer) ? [...before, ...servers] : invalid('give an address such as 9.9.9.9 or [::1]:53');
}

function isNameServer(text: string): boolean {
  const [, bracketed, plain] = /^(?:\[(.+)\]|([\d.]+))(?::\d{1,5})?$/.exec(text) ?? [];
  return isIP(bracketed ?? plain ?? text) !== 0;
}

export function logLevel(text: string): LogLevel {
  return LOG_LEVELS.find((level) => level === text) ?? invalid(`give one of ${LOG_LEVELS.join(', ')}`);
}

export function headerValue(text: string): string {
  return /^[\x20-\x7e]+$/.test(text) ? text : invalid('use printable ASCII characters');
}

export function positive(text: string): number {
  return /^[1-9]\d*$/.test(text) ? Number(text) : invalid('give a whole number above 0');
}

export function count(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : invalid('give a whole number');
}

const UNITS: Readonly<Record<string, number>> = { '': 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

export function bytes(text: string): number {
  const [, number, unit = ''] = /^(\d+)([KMG]iB)?$/.exec(text) ?? [];
  const value = Number(number) * (UNITS[unit] ?? NaN);
  return Number.isSafeInteger(value) ? value : invalid('give a number of bytes, such as 64MiB, 1GiB or 0');
}

export function height(text: string): number {
  return /^\d{1,4}$/.test(text) ? Number(text) : invalid('give a number of pixels from 0 to 9999');
}

/** A day is more than any of them needs, and far less than what timers can count. */
const LONGEST = 86_400;

/** Gives milliseconds. */
export function seconds(text: string): number {
  const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : NaN;
  return value <= LONGEST ? value * 1000 : invalid(`give a number of seconds, at most ${LONGEST}`);
}

/** Gives milliseconds. */
export function someSeconds(text: string): number {
  return seconds(text) || invalid('give a number of seconds above 0');
}

/** Gives milliseconds. */
export function secondsOrForever(text: string): number {
  return text === 'forever' ? Infinity : seconds(text);
}

function invalid(message: string): never {
  throw new InvalidArgumentError(message);
}
