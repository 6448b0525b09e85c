import { provideIpx } from './support/ipx.js';

try {
  provideIpx();
} catch {
  console.error('ipx could not be installed with npm: the measurement cold fails without it.');
}
