/** No circles anywhere in src; shaders are read by the engine alone; causes are worded by what loads their language. */
module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: { path: '^src' }, to: { circular: true } },
    {
      name: 'tokenizer-knows-no-model',
      severity: 'error',
      from: { path: '^src/tokenizer' },
      to: { path: '^src/model' },
    },
    {
      name: 'shaders-belong-to-engine',
      severity: 'error',
      from: { path: '^src', pathNot: '^src/engine' },
      to: { path: '^shaders' },
    },
    {
      // Whoever words a failure by itself does so before the language's sentences are loaded, in English.
      name: 'causes-are-worded-when-loaded',
      severity: 'error',
      from: { path: '^src/ui', pathNot: '^src/ui/(wording/said|languages)\\.ts$' },
      to: { path: '^src/ui/wording/causes\\.ts$' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
  },
};
