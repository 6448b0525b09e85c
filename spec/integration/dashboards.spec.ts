import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Samples, samplesOf } from '../support/metrics.js';
import { sends } from '../support/origin.js';
import { noise, raw } from '../support/pictures.js';
import { freePort } from '../support/free-port.js';
import { redisUrl } from '../support/redis.js';
import { openRedisSetting, type Setting } from '../support/setting.js';

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly labels: { readonly severity: string };
      readonly annotations: { readonly summary: string; readonly description: string };
    }[];
  }[];
}

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
  readonly templating: unknown;
}

const deploy = join(import.meta.dirname, '../../deploy');
const alerts = (parse(readFileSync(join(deploy, 'prometheus/alerts.yml'), 'utf8')) as Rules).groups.flatMap(
  ({ rules }) => rules,
);
const dashboard = JSON.parse(readFileSync(join(deploy, 'grafana/dashboard.json'), 'utf8')) as Dashboard;
const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => [title, expr] as const),
);

const METRIC = /\b((?:img_linuxfr|process|nodejs)_\w+)(?:\{([^}]*)\})?/g;
/** Added by Prometheus itself. */
const TARGET = ['instance', 'job'];

/** What an expression names that there is not: metrics, and labels of metrics. */
function unknownIn(expr: string, samples: Samples): string[] {
  const exposed = [...samples.keys()];
  return [...expr.matchAll(METRIC)].flatMap(([, metric = '', matchers = '']) => {
    const series = exposed.filter((sample) => sample.split('{')[0] === metric);
    if (series.length === 0) return [metric];
    const labels = [...matchers.matchAll(/(\w+)(?==|!)/g)].map(([label]) => label);
    const isKnown = (label: string) =>
      TARGET.includes(label) || series.every((sample) => sample.includes(`${label}="`));
    return labels.filter((label) => !isKnown(label)).map((label) => `${metric}{${label}}`);
  });
}

describe.skipIf(redisUrl === null)('what is made of the metrics', () => {
  let setting: Setting;
  let samples: Samples;
  beforeAll(async () => {
    const port = await freePort();
    setting = await openRedisSetting({ flags: ['--ops', `127.0.0.1:${port}`] });
    const picture = sends('image/png', await raw(noise(64, 64)).png().toBuffer());
    await setting.service.get('avatars', await setting.publish('/a.png', picture));
    const inside = await setting.publish('/inside.png', (_, response) =>
      response.writeHead(302, { Location: 'http://10.0.0.1/' }).end(),
    );
    await setting.service.get('img', inside);
    samples = await samplesOf(`http://127.0.0.1:${port}`);
  });
  afterAll(() => setting.close());

  it.each(alerts.map((alert) => [alert.alert, alert] as const))(
    'the alert %s is about what there is, and says what to do',
    (_, { expr, labels, annotations }) => {
      expect(expr).toMatch(METRIC);
      expect(unknownIn(expr, samples)).toEqual([]);
      expect(['warning', 'critical']).toContain(labels.severity);
      expect(annotations.summary).toMatch(/\.$/);
      expect(annotations.description).toMatch(/\.$/);
    },
  );

  it.each(queries)('the panel %s shows what there is: %s', (_, expr) => {
    expect(expr).toMatch(METRIC);
    expect(unknownIn(expr, samples)).toEqual([]);
  });

  it('the dashboard finds its instances by a metric that there is', () => {
    expect(unknownIn(JSON.stringify(dashboard.templating), samples)).toEqual([]);
  });

  it('shows every metric of ours somewhere', () => {
    const shown = [...queries.map(([, expr]) => expr), ...alerts.map(({ expr }) => expr)].join('\n');
    const names = [...samples.keys()].map(
      (sample) => sample.split('{')[0]?.replace(/_(?:bucket|sum|count)$/, '') ?? '',
    );
    const ours = [...new Set(names)].filter((name) => name.startsWith('img_linuxfr_'));
    expect(ours.filter((name) => !shown.includes(name))).toEqual([]);
  });
});
