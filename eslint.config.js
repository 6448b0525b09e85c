import tseslint from 'typescript-eslint';

const FLOORS = ['domain', 'operators', 'pipeline', 'adapters', 'server'];

/** Which floors a floor may import from, besides itself. */
const MAY_IMPORT = {
  domain: [],
  operators: ['domain'],
  pipeline: ['operators', 'domain'],
  adapters: ['domain'],
  server: FLOORS,
};

/** Libraries that stay on one floor. */
const HOME = {
  adapters: ['ioredis', 'node-fetch', 'sharp', 'file-type', 'lmdb', 'ipaddr.js'],
  server: ['tsyringe', 'reflect-metadata', 'commander', 'pino', 'pino-pretty'],
};

function importRule(floor) {
  const floors = FLOORS.filter((other) => other !== floor && !MAY_IMPORT[floor].includes(other));
  const libraries = Object.entries(HOME)
    .filter(([home]) => home !== floor)
    .flatMap(([, names]) => names);
  const files = floor === 'adapters' || floor === 'server' ? [] : ['node:fs', 'node:fs/*'];
  return {
    files: [`src/${floor}/**`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: libraries.map((name) => ({ name, message: `not on the floor ${floor}` })),
          patterns: [
            ...floors.map((other) => ({ group: [`**/${other}/**`], message: `${floor} does not import ${other}` })),
            ...(files.length > 0 ? [{ group: files, message: `not on the floor ${floor}` }] : []),
          ],
        },
      ],
    },
  };
}

const NO_ENVIRONMENT = { object: 'process', property: 'env', message: 'only the server reads it' };

const VIRTUAL_TIME = {
  files: ['src/operators/**', 'src/pipeline/**'],
  rules: {
    'no-restricted-globals': ['error', { name: 'setTimeout', message: 'use the scheduler' }],
    'no-restricted-properties': [
      'error',
      NO_ENVIRONMENT,
      { object: 'Date', property: 'now', message: 'use the scheduler' },
    ],
  },
};

const ENVIRONMENT = {
  files: ['src/**'],
  ignores: ['src/server/**'],
  rules: { 'no-restricted-properties': ['error', NO_ENVIRONMENT] },
};

export default tseslint.config(
  { ignores: ['dist', 'coverage', 'node_modules'] },
  { files: ['src/**/*.ts', 'spec/**/*.ts'], extends: [tseslint.configs.recommendedTypeChecked] },
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
  { files: ['**/*.js', '**/*.mjs'], extends: [tseslint.configs.recommended, tseslint.configs.disableTypeChecked] },
  {
    files: ['src/**', 'spec/**'],
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
