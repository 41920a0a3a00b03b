/**
 * Keeps every file of the build, so that the page works without a network, reload included. A file is kept under its hash and
 * taken only if it has that hash: two builds never mix, what did not change is not fetched again, and an installation that
 * was cut short goes on where it stopped. A new build waits until nobody looks at the old one any more, at the latest until
 * the page is loaded again in the only tab. Nothing of the visitor's is kept here, and other addresses are left alone.
 */
import type { BuiltFile, BuiltFiles } from './builtFiles';
import { keptAnswer } from './keptAnswer';

const worker = self as unknown as ServiceWorkerGlobalScope & { readonly BUILT: BuiltFiles };
const { headers, files } = worker.BUILT;
const { scope } = worker.registration;
const cacheName = `tokengraft ${scope}`;

/** For the moment in which a new build takes over, and is loaded once it has; asks for no icon. */
const TAKE_OVER = `<!doctype html><link rel="icon" href="data:,"><script>
const { serviceWorker } = navigator;
serviceWorker.addEventListener('controllerchange', () => location.reload());
serviceWorker.ready.then(({ waiting }) => (waiting ? waiting.postMessage('take over') : location.reload()));
</script>`;

const byUrl = new Map(files.map((file) => [addressOf(file), file]));

function addressOf({ path }: BuiltFile): string {
  return new URL(path, scope).href;
}

function keyOf(file: BuiltFile): string {
  const key = new URL(addressOf(file));
  key.search = new URLSearchParams({ integrity: file.integrity }).toString();
  return key.href;
}

async function keepAll(): Promise<void> {
  const cache = await caches.open(cacheName);
  // One after the other: what the visitor asks for meanwhile comes first.
  for (const file of files) {
    if (await cache.match(keyOf(file))) continue;
    // Past the HTTP cache: of a file of which it holds ranges, Chromium's fails now and then, for the page that reads them too.
    const response = await fetch(addressOf(file), { integrity: file.integrity, cache: 'no-store', priority: 'low' });
    if (!response.ok) throw new Error(`${file.path}: status ${response.status}`);
    await cache.put(keyOf(file), response);
  }
}

async function forgetOthers(): Promise<void> {
  const cache = await caches.open(cacheName);
  const wanted = new Set(files.map(keyOf));
  for (const { url } of await cache.keys()) if (!wanted.has(url)) await cache.delete(url);
}

async function answer(request: Request, file: BuiltFile): Promise<Response> {
  if (request.mode === 'navigate' && (await isLastLook())) {
    return new Response(TAKE_OVER, { headers: { ...headers, 'Content-Type': 'text/html' } });
  }
  const kept = await (await caches.open(cacheName)).match(keyOf(file));
  return kept ? keptAnswer(kept, request, headers) : fetch(request);
}

/** Whether a newer build waits for this page alone. */
async function isLastLook(): Promise<boolean> {
  return worker.registration.waiting !== null && (await worker.clients.matchAll({ type: 'window' })).length < 2;
}

worker.addEventListener('install', (event) => event.waitUntil(keepAll()));
worker.addEventListener('activate', (event) => event.waitUntil(forgetOthers()));
worker.addEventListener('message', (event) => {
  if (event.data === 'take over') void worker.skipWaiting();
  // The page that is open already is answered from here on, too. Not while it is being activated: in Firefox (153) the first
  // request of a page that was claimed then got no answer for a minute, and failed.
  if (event.data === 'claim') event.waitUntil(worker.clients.claim());
});
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  url.hash = '';
  if (request.mode === 'navigate') url.search = '';
  const file = request.method === 'GET' ? byUrl.get(url.href) : undefined;
  if (file) event.respondWith(answer(request, file));
});
