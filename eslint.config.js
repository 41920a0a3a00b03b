// The layer rule: imports run downwards only, and a folder speaks to others through its index.ts.
// Circles inside and between folders are found by dependency-cruiser (.dependency-cruiser.cjs); `npm run lint` runs both.
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const allowed = {
  engine: [],
  tokenizer: [],
  // A GGUF file holds a tokenizer, too, which is made into a tokenizer.json.
  checkpoint: ['tokenizer'],
  corpus: ['tokenizer'],
  model: ['engine', 'checkpoint'],
  graft: ['model', 'checkpoint', 'tokenizer', 'engine'],
  lab: ['graft', 'model', 'corpus', 'tokenizer', 'checkpoint', 'engine'],
  worker: ['lab', 'graft', 'model', 'corpus', 'tokenizer', 'checkpoint', 'engine'],
  ui: ['worker'],
  // The service worker knows files, not what they hold.
  offline: [],
  headless: ['lab', 'graft', 'model', 'corpus', 'tokenizer', 'checkpoint', 'engine'],
};

// What flags and `lab corpus` need, loaded without the rest of its folder: test/headless/loadedModules.test.ts says why.
const loadedAlone = [
  'corpus/corpus',
  'graft/initialise',
  'lab/evidence/defaults',
  'lab/harm/defaults',
  'lab/field/defaults',
  'lab/cloze/defaults',
  'lab/open/openCorpus',
  'lab/training/trainSettings',
  'lab/vocabulary/tokenizerClassChoice',
  'tokenizer/grammar/grammars',
];

/** Patterns as in .gitignore, where nothing can be let in below a folder that is kept out. */
const allowing = (module) => {
  const [folder, room, file] = module.split('/');
  return file ? [`!**/${folder}/${room}`, `**/${folder}/${room}/*`, `!**/${module}`] : [`!**/${folder}/${room}`];
};

const layers = Object.entries(allowed).map(([folder, below]) => {
  // tokenizer/model/ is a folder of tokenizer's own, named after the key of tokenizer.json; dependency-cruiser tells them apart.
  const forbidden = Object.keys(allowed).filter(
    (other) => other !== folder && !below.includes(other) && !(folder === 'tokenizer' && other === 'model'),
  );
  const patterns = [
    {
      group: forbidden.map((other) => `**/${other}/**`),
      message: `${folder}/ may import ${below.join(', ') || 'nothing'} only.`,
    },
    {
      // checkpoint/node.ts stays out of the index, so that no browser bundle holds a Node import.
      group: [
        ...below.flatMap((other) => [`**/${other}/*`, `!**/${other}/index`]),
        ...(folder === 'headless' ? ['!**/checkpoint/node', ...loadedAlone.flatMap(allowing)] : []),
      ],
      message: 'A folder speaks to others through its index.ts.',
    },
  ].filter((pattern) => pattern.group.length > 0);
  return {
    files: [`src/${folder}/**/*.ts`],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
  };
});

export default tseslint.config(
  { ignores: ['dist', 'build', 'coverage', 'public', 'src/ui/locales', 'node_modules', '.venv*'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-undef': 'off',
      eqeqeq: 'error',
    },
  },
  ...layers,
  {
    // `npm test` lists what was skipped with its reason, which only a running test can give.
    files: ['test/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...['describe', 'it', 'test'].flatMap((object) =>
          ['skip', 'skipIf', 'runIf', 'todo', 'only'].map((property) => ({
            object,
            property,
            message: 'Give the reason: context.skip(condition, reason), in the test or in beforeEach.',
          })),
        ),
      ],
    },
  },
  {
    files: ['test/**/*.test.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'fast-check', message: "Take it from support/properties: its seed is everyone's." }] },
      ],
      'no-restricted-properties': [
        'error',
        {
          object: 'vi',
          property: 'waitFor',
          message: 'Take `until` from support/until: it waits on a busy machine too.',
        },
      ],
    },
  },
);
