/** Answers made of a kept response: with the headers that isolate the page, whole or the one range that was asked for. */

/** @param headers set in addition to the kept ones. */
export async function keptAnswer(
  kept: Response,
  request: Request,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  const all = new Headers(kept.headers);
  // Of the answer that once came over the network; what is kept is unpacked.
  all.delete('Content-Encoding');
  all.delete('Content-Length');
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  const asked = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get('range') ?? '');
  if (!asked) return new Response(kept.body, { headers: all });
  const bytes = await kept.blob();
  const start = Number(asked[1]);
  const end = Math.min(bytes.size, asked[2] ? Number(asked[2]) + 1 : bytes.size);
  if (start >= end) {
    return new Response(null, { status: 416, headers: { ...headers, 'Content-Range': `bytes */${bytes.size}` } });
  }
  all.set('Content-Range', `bytes ${start}-${end - 1}/${bytes.size}`);
  all.set('Content-Length', String(end - start));
  return new Response(bytes.slice(start, end), { status: 206, headers: all });
}
