import { provideIpx } from './support/ipx.js';

const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
try {
  if (names.length === 0 || names.includes('cold')) provideIpx();
} catch (error) {
  const [reason] = (error as Error).message.split('\n');
  console.error(`ipx, a peer in cold, cannot be installed: ${reason}; name the other measurements to do without it.`);
  process.exitCode = 1;
}
