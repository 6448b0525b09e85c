import { build, install, run } from './prepare.mjs';

install();
build();
run(process.execPath, ['node_modules/tsx/dist/cli.mjs', 'examples/demo/main.ts']);
