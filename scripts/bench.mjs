import { runInOwnNetwork } from './own-network.mjs';
import { build, install, isOnPath, provide, ROOT, run } from './prepare.mjs';

const TSX = 'node_modules/tsx/dist/cli.mjs';

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
provide('iproute2', () => isOnPath('ip'));
// What comes from a registry has to come before: it is not reached from there.
run(process.execPath, [TSX, 'bench/prepare.ts']);
process.exitCode = runInOwnNetwork([process.execPath, TSX, 'bench/main.ts', ...process.argv.slice(2)], { cwd: ROOT });
