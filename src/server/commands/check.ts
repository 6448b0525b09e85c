import { Option } from 'commander';
import { DiskSurvey } from '../../adapters/disk-survey.js';
import { assertCacheDirectory, assertReadableCacheDirectory } from '../cache-directory.js';
import { type Parts, partsOf } from './check/parts.js';
import { phasesOf } from './check/phases.js';
import { type Mode, Report } from './check/report.js';
import { command } from './command.js';
import { print } from './print.js';
import { withCatalogue } from './with-catalogue.js';
import { withProgress } from './with-progress.js';

interface CheckOptions {
  readonly repair?: true;
  readonly dryRun?: true;
}

/** Looks whether the catalogue, its schema and the cache directory agree. */
export const check = command<CheckOptions>({
  usage: 'check',
  about: 'check that the catalogue and the cache directory agree; also -c',
  flags: [
    new Option('--repair', 'mend what can be mended without losing a picture'),
    new Option('--dry-run', 'only say what --repair would do'),
  ],
  run: async (options) => {
    const mode = modeOf(options);
    const assertUsable = mode === 'repair' ? assertCacheDirectory : assertReadableCacheDirectory;
    assertUsable(options.dir);
    const report = new Report(mode);
    const printReport = () => print(options, report.document, report.lines);
    try {
      await withCatalogue(options, ({ upkeep }) => fill(report, partsOf(upkeep, new DiskSurvey(options.dir))));
    } catch (error) {
      // What was done has to be heard of.
      if (report.hasMended) printReport();
      throw error;
    }
    printReport();
    return report.isClean ? 0 : 1;
  },
});

async function fill(report: Report, parts: Parts): Promise<void> {
  for (const { name, size, findings } of phasesOf(parts)) {
    await withProgress(`checking ${name}`, await size(), async (step) => {
      const looked = (count: number) => {
        report.looked[name] += count;
        step(count);
      };
      for await (const finding of findings(looked)) await report.add(finding);
    });
  }
}

function modeOf({ repair, dryRun }: CheckOptions): Mode {
  if (dryRun) return 'dry-run';
  return repair ? 'repair' : 'check';
}
