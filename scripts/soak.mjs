import { build, install, run } from './prepare.mjs';

install();
build();
run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', 'spec/soak'], {
  env: { SOAK_REQUESTS: '50000', ...process.env },
});
