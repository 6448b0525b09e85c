import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { librariesAmong, loadedWith } from '../support/loaded.js';

const TRACING = pathToFileURL(join(import.meta.dirname, '../../dist/server/tracing/tracing.js')).href;
const SHOW = `const { loadTracing } = await import('${TRACING}'); console.log(typeof (await loadTracing()));`;

function shownAfter(program: string): string[] {
  return loadedWith('--input-type=module', '--eval', `${program}; ${SHOW}`);
}

describe('tracing', () => {
  it('is none without an SDK, and then not even the API is loaded', () => {
    const shown = shownAfter('');
    expect(shown).toContain('undefined');
    expect([...librariesAmong(shown)]).not.toContain('@opentelemetry/api');
  });

  it('is none where something else was registered than what takes spans', () => {
    const shown = shownAfter(`
      import { propagation } from '@opentelemetry/api';
      propagation.setGlobalPropagator({ inject: () => undefined, extract: (context) => context, fields: () => [] })`);
    expect(shown).toContain('undefined');
  });

  it('is there where spans are taken', () => {
    const shown = shownAfter(`
      import { trace } from '@opentelemetry/api';
      import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
      trace.setGlobalTracerProvider(new BasicTracerProvider())`);
    expect(shown).toContain('object');
  });
});
