/** No circles anywhere in src; shaders are read by the engine alone; the DOM stays in ui and worker. */
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
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
  },
};
