// `npm run lab -- <verb> ...`: runs src/headless/cli.ts through Vite's module runner, so that the command line uses the
// very sources the page uses, `?raw` shader imports included, without a build step.
import { createServer, createServerModuleRunner } from 'vite';

const server = await createServer({
  root: new URL('..', import.meta.url).pathname,
  configFile: false,
  logLevel: 'error',
  appType: 'custom',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true, include: [] },
});
const runner = createServerModuleRunner(server.environments.ssr, { hmr: false });
const { main } = await runner.import('/src/headless/cli.ts');
const status = await main(process.argv.slice(2));
await runner.close();
await server.close();
process.exit(status);
