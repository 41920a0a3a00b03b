/** The page is built once for all end-to-end tests of a run; each file serves a copy, which is its own to change. */
import { rmSync } from 'node:fs';
import { buildPage } from './browser';

export default async function setup(): Promise<() => void> {
  const folder = await buildPage();
  process.env['TOKENGRAFT_PAGE'] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
