import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { parseCommandLine } from '../../src/server/command-line.js';
import { sharedOverrides } from '../../src/server/pipeline-options.js';

afterEach(() => vi.unstubAllEnvs());

describe('parseCommandLine', () => {
  const invocationOf = (...argv: string[]) => {
    const invocation = parseCommandLine(argv);
    if (typeof invocation === 'number') throw new Error(`exits with ${invocation}`);
    return invocation;
  };
  const optionsOf = (...argv: string[]) => invocationOf(...argv).options;

  it.each([
    ['1', true],
    ['true', true],
    ['yes', true],
    ['0', false],
    ['false', false],
    ['no', false],
    ['', false],
  ])('IMG_INSECURE_TLS=%s means %s', (value, expected) => {
    vi.stubEnv('IMG_INSECURE_TLS', value);
    expect(optionsOf().insecureTls).toBe(expected);
    expect(optionsOf('--insecure-tls').insecureTls).toBe(true);
  });

  it.each([
    ['-c', 'check'],
    ['-c=true', 'check'],
    ['--c', 'check'],
    ['-c=false', 'serve'],
    ['--check', 'check'],
    ['check', 'check'],
  ])('%s means %s, as in Go', (flag, command) => {
    expect(invocationOf(flag).command).toBe(command);
  });

  it.each([['--version'], ['check', '--version']])('prints the version of the package: %s %s', (...argv) => {
    const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    onTestFinished(() => printed.mockRestore());
    expect(parseCommandLine(argv)).toBe(0);
    expect(printed.mock.calls).toEqual([[`${manifest.version}\n`]]);
  });

  it('takes flags before and after a command, and -c anywhere', () => {
    for (const argv of [
      ['-d', 'there', 'check', '--json'],
      ['check', '--json', '-d', 'there'],
      ['-d=there', '-c', '--json'],
    ]) {
      expect(invocationOf(...argv)).toMatchObject({ command: 'check', options: { dir: 'there', json: true } });
    }
  });

  it.each([['declare'], ['check', 'something'], ['--json'], ['-c', 'declare', 'http://example.com/']])(
    'does not take %s %s %s',
    (...argv) => {
      const complaint = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
      expect(parseCommandLine(argv)).toBe(2);
      complaint.mockRestore();
    },
  );

  it.each([
    [[], 1, 8, 2],
    [[], 1, 3, 2],
    [[], 1, 2, 1],
    [[], 1, 1, 1],
    [['--workers', '1'], 1, 4, 2],
    [['--workers', '2'], 2, 4, 1],
    [['--workers', '2'], 2, 1, 1],
    [['--workers', '16'], 16, 16, 1],
  ])(
    '%j means %i workers, which on %i processors make %i avatars at once each',
    (argv, workers, processors, resizes) => {
      const options = optionsOf(...argv);
      expect(options.workers).toBe(workers);
      expect(sharedOverrides(options, processors).resizes?.concurrency).toBe(resizes);
      vi.stubEnv('IMG_WORKERS', String(workers));
      expect(optionsOf().workers).toBe(workers);
    },
  );

  it.each([
    [['--name-server', '9.9.9.9'], ['9.9.9.9']],
    [
      ['--name-server', '127.0.0.1:5353', '--name-server', '[::1]:53'],
      ['127.0.0.1:5353', '[::1]:53'],
    ],
    [
      ['--name-server', '::1,9.9.9.9'],
      ['::1', '9.9.9.9'],
    ],
    [[], []],
  ])('%j asks %j for origins', (argv, servers) => {
    expect(optionsOf(...argv).nameServer).toEqual(servers);
  });

  it.each(['dns.example', '9.9.9', '9.9.9.9:', '[9.9.9.9', ''])('%j is no name server', (text) => {
    const complaint = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(parseCommandLine(['--name-server', text])).toBe(2);
    expect(complaint).toHaveBeenCalledWith(expect.stringContaining('give an address such as'));
    complaint.mockRestore();
  });
});
