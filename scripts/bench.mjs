import { spawnSync } from 'node:child_process';
import { runInOwnNetwork } from './own-network.mjs';
import { build, install, isOnPath, provide, ROOT } from './prepare.mjs';

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
const told = process.argv.slice(2);
// No registry is reached from the network of the benchmarks.
const prepared = spawnSync(process.execPath, [TSX, 'bench/prepare.ts', ...told], { cwd: ROOT, stdio: 'inherit' });
process.exitCode =
  prepared.status === 0 ? runInOwnNetwork([process.execPath, TSX, 'bench/main.ts', ...told], { cwd: ROOT }) : 1;
