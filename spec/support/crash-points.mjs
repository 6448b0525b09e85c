import { existsSync, promises, readFileSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { Redis } from 'ioredis';

/**
 * Loaded into the service before anything else, ends it as `kill -9` does at the step that the file
 * CRASH_AT names, once it was told by SIGUSR2 to read that file.
 */
const order = process.env.CRASH_AT;
let step = '';

process.on('SIGUSR2', () => {
  step = existsSync(order) ? readFileSync(order, 'utf8') : '';
  rmSync(order, { force: true });
});

function reached(name) {
  if (step === name) process.kill(process.pid, 'SIGKILL');
}

const handle = await promises.open(import.meta.filename);
const FileHandle = Object.getPrototypeOf(handle);
await handle.close();

const { writeFile, datasync } = FileHandle;
FileHandle.writeFile = async function (bytes, ...rest) {
  if (step === 'written by half') await writeFile.call(this, bytes.subarray(0, bytes.length / 2));
  reached('written by half');
  await writeFile.call(this, bytes, ...rest);
  reached('written');
};
FileHandle.datasync = async function () {
  await datasync.call(this);
  reached('on the disk');
};

const { rename, readdir } = promises;
promises.rename = async (from, to) => {
  reached('before the rename');
  await rename(from, to);
  reached('renamed');
};
promises.readdir = (...args) => {
  reached('before variants go');
  return readdir(...args);
};
syncBuiltinESMExports();

const { sendCommand } = Redis.prototype;
Redis.prototype.sendCommand = function (command, ...rest) {
  const after = { eval: 'recorded', set: 'noted as fresh' }[command.name];
  if (command.name === 'eval') reached('before the record');
  const sent = sendCommand.call(this, command, ...rest);
  if (after) command.promise.then(() => reached(after)).catch(() => undefined);
  return sent;
};
