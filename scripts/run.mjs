// `node scripts/run.mjs FILE.ts [arguments]`: loads a TypeScript module through Vite's module runner and calls its
// `main(arguments)`, which answers with an exit status. So the command line, the scripts and the benchmarks use the very
// sources the page uses, `?raw` shader imports included, without a build step.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer, createServerModuleRunner } from 'vite';

const [file, ...rest] = process.argv.slice(2);
if (!file) {
  console.error('usage: node scripts/run.mjs FILE.ts [arguments]');
  process.exit(2);
}
const server = await createServer({
  root: fileURLToPath(new URL('..', import.meta.url)),
  configFile: false,
  logLevel: 'error',
  appType: 'custom',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true, include: [] },
});
const runner = createServerModuleRunner(server.environments.ssr, { hmr: false });
const { main } = await runner.import(resolve(file));
const status = await main(rest);
await runner.close();
await server.close();
process.exit(status ?? 0);
