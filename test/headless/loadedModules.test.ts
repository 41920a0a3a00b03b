// A short command spends most of its time on loading: neither the flags nor reading a corpus loads an engine.
import { relative, resolve } from 'node:path';
import { createServer, createServerModuleRunner } from 'vite';
import { expect, it, onTestFinished } from 'vitest';

const root = resolve('.');
const heavy = /^(src\/(engine|processor|model|onnx|tokenizer\/index|lab\/index)|shaders)\b/u;

it.each(['cli.ts', 'verbs/lookAtCorpus.ts'])('%s loads neither an engine nor a tokenizer', async (file) => {
  const server = await createServer({
    root,
    configFile: false,
    logLevel: 'error',
    appType: 'custom',
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true, include: [] },
  });
  onTestFinished(() => server.close());
  const runner = createServerModuleRunner(server.environments.ssr, { hmr: false });
  onTestFinished(() => runner.close());
  await runner.import(resolve('src/headless', file));
  const loaded = [...runner.evaluatedModules.idToModuleMap.values()].map((module) => relative(root, module.file));
  expect(loaded).toContain('src/error.ts');
  expect(loaded.filter((module) => heavy.test(module))).toEqual([]);
});
