import tseslint from 'typescript-eslint';

/** The floors, and which other floors each may import from. */
const FLOORS = {
  domain: [],
  operators: ['domain'],
  pipeline: ['operators', 'domain'],
  adapters: ['domain'],
  server: ['domain', 'operators', 'pipeline', 'adapters'],
};

/** What only some floors may import; a name covers its subpaths. */
const RESERVED = [
  { floors: ['server'], names: ['tsyringe', 'reflect-metadata', 'commander', 'pino', 'pino-pretty', 'node:process'] },
  { floors: ['adapters'], names: ['ioredis', 'node-fetch', 'sharp', 'file-type', 'lmdb', 'ipaddr.js'] },
  { floors: ['adapters', 'server'], names: ['node:fs', 'node:timers'] },
];

const STATIC_IMPORTS = {
  selector: 'ImportExpression, TSImportType',
  message: 'Write a static import: the import rule does not see this one.',
};
const ENVIRONMENT = { object: 'process', property: 'env', message: 'Only src/server reads the environment.' };
const CLOCK = { object: 'Date', property: 'now', message: 'Take the time from the scheduler that is passed in.' };
const TIMERS = ['setTimeout', 'setInterval', 'setImmediate', 'performance'].map((name) => ({
  name,
  message: 'Take the time from the scheduler that is passed in.',
}));

function importRule([floor, below]) {
  const forbiddenFloors = Object.keys(FLOORS).filter((other) => other !== floor && !below.includes(other));
  const forbiddenNames = RESERVED.filter(({ floors }) => !floors.includes(floor)).flatMap(({ names }) => names);
  const runsOnVirtualTime = floor === 'operators' || floor === 'pipeline';
  return {
    files: [`src/${floor}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            ...forbiddenFloors.map((other) => ({
              regex: `^\\.\\.?/(.*/)?${other}(/|$)`,
              message: `${floor} does not import from ${other}.`,
            })),
            ...forbiddenNames.map((name) => ({
              regex: `^${name.replace('node:', '(node:)?').replace('.', '\\.')}(/|$)`,
              message: `${floor} does not know ${name}.`,
            })),
            { regex: '^(img-linuxfr|#)', message: 'Import our own files by relative path.' },
          ],
        },
      ],
      'no-restricted-syntax': ['error', STATIC_IMPORTS],
      'no-restricted-properties': [
        'error',
        ...(floor === 'server' ? [] : [ENVIRONMENT]),
        ...(runsOnVirtualTime ? [CLOCK] : []),
      ],
      'no-restricted-globals': ['error', ...(runsOnVirtualTime ? TIMERS : [])],
    },
  };
}

export default tseslint.config(
  { ignores: ['dist', 'coverage', 'cache', 'demo-output'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
  },
  { files: ['**/*.{js,mjs}'], extends: [tseslint.configs.strict] },
  ...Object.entries(FLOORS).map(importRule),
);
