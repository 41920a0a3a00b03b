// Which hosts the built page may ask, as the builder's environment names them.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadConfigFromFile } from 'vite';

afterEach(() => vi.unstubAllEnvs());

async function connections(environment: Record<string, string>): Promise<string[]> {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const loaded = await loadConfigFromFile({ command: 'build', mode: 'production' }, 'vite.config.ts');
  const policy = loaded!.config.preview!.headers!['Content-Security-Policy'] as string;
  return /connect-src ([^;]+)/.exec(policy)![1]!.split(' ');
}

describe('the hosts that the policy lets the page ask', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['the Hub and its storage hosts', {}, ['https://huggingface.co', 'https://*.huggingface.co', 'https://*.hf.co']],
    ['a mirror alone', { VITE_HUB_URL: 'https://hub.example/base/' }, ['https://hub.example']],
    [
      'a mirror and where it redirects to',
      { VITE_HUB_URL: 'http://127.0.0.1:8080', VITE_HUB_STORAGE: ' http://127.0.0.1:8081  https://*.hf.co ' },
      ['http://127.0.0.1:8080', 'http://127.0.0.1:8081', 'https://*.hf.co'],
    ],
    [
      'storage hosts of no mirror do not widen it',
      { VITE_HUB_STORAGE: 'https://cdn.example' },
      ['https://huggingface.co', 'https://*.huggingface.co', 'https://*.hf.co'],
    ],
  ])('%s', async (_, environment, hosts) => {
    expect(await connections(environment)).toEqual(["'self'", ...hosts]);
  });
});
