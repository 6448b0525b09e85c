import tseslint from 'typescript-eslint';

const FLOORS = ['domain', 'operators', 'pipeline', 'adapters', 'testing', 'server'];

/** Which floors a floor may import from, besides itself. */
const MAY_IMPORT = {
  domain: [],
  operators: ['domain'],
  pipeline: ['operators', 'domain'],
  adapters: ['domain'],
  testing: ['domain'],
  server: FLOORS,
};

/** Libraries that stay on one floor. */
const HOME = {
  adapters: ['ioredis', 'node-fetch', 'sharp', 'file-type', 'lmdb', 'ipaddr.js'],
  server: [
    'tsyringe',
    'reflect-metadata',
    'commander',
    'cli-progress',
    'pino',
    'pino-pretty',
    'prom-client',
    '@opentelemetry/api',
  ],
};

/** Parts of Node that reach outside the process; pure floors leave them to the adapters and the server. */
const OUTSIDE = ['fs', 'http', 'https', 'http2', 'net', 'tls', 'dns', 'dgram', 'child_process', 'worker_threads'];
const TIMERS = ['timers'];

/** A module with all its subpaths, also by its name without `node:`. */
const builtin = (name) => [name, `${name}/*`, `node:${name}`, `node:${name}/*`];
const library = (name) => [name, `${name}/*`];

function importRule(floor) {
  const isPure = floor !== 'adapters' && floor !== 'server';
  const floors = FLOORS.filter((other) => other !== floor && !MAY_IMPORT[floor].includes(other));
  const libraries = Object.entries(HOME)
    .filter(([home]) => home !== floor)
    .flatMap(([, names]) => names);
  const builtins = [...(isPure ? [...OUTSIDE, ...TIMERS] : []), ...(floor === 'server' ? [] : ['process'])];
  return {
    files: [`src/${floor}/**`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            ...floors.map((other) => ({ group: [`**/${other}/**`], message: `${floor} does not import ${other}` })),
            {
              // Matched from the start, so that a file of ours may be called like a library.
              regex: `^(?:${[...libraries.flatMap(library), ...builtins.flatMap(builtin)].map(asRegex).join('|')})$`,
              message: `not on the floor ${floor}`,
            },
          ],
        },
      ],
      'no-restricted-syntax': ['error', ...OTHER_WAYS_IN],
    },
  };
}

function asRegex(pattern) {
  return pattern.replaceAll('.', '\\.').replace('*', '.*');
}

/** What would load a module past the rule above; a neighbour may be loaded late. */
const OTHER_WAYS_IN = [
  {
    selector: 'ImportExpression:not([source.value=/^\\.\\/(?!.*(\\.\\.|%))/])',
    message: 'import at the top, where the import rule sees it',
  },
  { selector: "CallExpression[callee.name='require']", message: 'import at the top, where the import rule sees it' },
  { selector: "Identifier[name='createRequire']", message: 'import at the top, where the import rule sees it' },
];

const NO_ENVIRONMENT = [
  { object: 'process', property: 'env', message: 'only the server reads it' },
  { object: 'globalThis', property: 'process', message: 'only the server reads it' },
];

const VIRTUAL_TIME = {
  files: ['src/domain/**', 'src/operators/**', 'src/pipeline/**'],
  rules: {
    'no-restricted-globals': [
      'error',
      ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'performance'].map((name) => ({
        name,
        message: 'use the scheduler',
      })),
    ],
    'no-restricted-properties': [
      'error',
      ...NO_ENVIRONMENT,
      { object: 'Date', property: 'now', message: 'use the scheduler' },
    ],
  },
};

const ENVIRONMENT = {
  files: ['src/**'],
  ignores: ['src/server/**'],
  rules: { 'no-restricted-properties': ['error', ...NO_ENVIRONMENT] },
};

export default tseslint.config(
  { ignores: ['dist', 'coverage', 'node_modules', 'demo-output', 'reference', '.mutation'] },
  {
    files: ['src/**/*.ts', 'spec/**/*.ts', 'examples/**/*.ts', 'bench/**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
  },
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
  { files: ['**/*.js', '**/*.mjs'], extends: [tseslint.configs.recommended, tseslint.configs.disableTypeChecked] },
  {
    files: ['src/**/*.ts', 'spec/**/*.ts', 'examples/**/*.ts', 'bench/**/*.ts'],
    rules: {
      // A SourceUri in a message is meant to be read: it has a toString of its own.
      '@typescript-eslint/restrict-template-expressions': ['error', { allow: ['SourceUri'], allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
    },
  },
  ENVIRONMENT,
  VIRTUAL_TIME,
  ...FLOORS.map(importRule),
);
