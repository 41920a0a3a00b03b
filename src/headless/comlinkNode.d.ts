/** comlink declares its adapter for Node as .d.ts, which TypeScript does not look for beside an .mjs. */
declare module 'comlink/dist/esm/node-adapter.mjs' {
  export { default } from 'comlink/dist/esm/node-adapter';
}
