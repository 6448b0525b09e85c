import { spawnSync } from 'node:child_process';
import { build, install, isOnPath, provide, ROOT } from './prepare.mjs';

install();
build();
for (const [command, name] of [
  ['redis-server', 'redis-server'],
  ['wrk', 'wrk'],
  ['nginx', 'nginx-light'],
]) {
  provide(name, () => isOnPath(command));
  if (isOnPath(command)) continue;
  console.error(`No ${command} on PATH: install it to run the benchmarks.`);
  process.exit(1);
}
const bench = ['node_modules/tsx/dist/cli.mjs', 'bench/main.ts', ...process.argv.slice(2)];
process.exitCode = spawnSync(process.execPath, bench, { cwd: ROOT, stdio: 'inherit' }).status ?? 1;
