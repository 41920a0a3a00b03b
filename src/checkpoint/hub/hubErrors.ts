/** What the Hub or the way to it refused, in the lab's words. Messages hold the model's name and never the token. */
import { LabError } from '../../error';

/** `status` 0 stands for no answer at all. */
export function hubError(what: string, status: number, cause?: unknown): LabError {
  const details = { model: what, status };
  if (status === 401 || status === 403) {
    return new LabError(
      'hub/not-allowed',
      `The Hub does not give \`${what}\` to you (status ${status}).`,
      'Check the name. A gated or private model needs a token of an account that was granted access (huggingface.co/settings/tokens).',
      details,
      cause,
    );
  }
  if (status === 404) {
    const hint = 'Check the name and the revision.';
    return new LabError('hub/not-found', `The Hub has no \`${what}\`.`, hint, details, cause);
  }
  if (status === 429) {
    const hint = 'Wait some minutes, or give a token.';
    return new LabError('hub/too-many', `The Hub wants fewer requests for now (\`${what}\`).`, hint, details, cause);
  }
  if (status === 0) {
    return new LabError(
      'hub/unreachable',
      `The Hub could not be reached for \`${what}\`: ${cause instanceof Error ? cause.message : 'no answer'}.`,
      'Check the connection. What was downloaded so far is kept, and the download goes on from there.',
      details,
      cause,
    );
  }
  const hint = 'Try again later. What was downloaded so far is kept.';
  return new LabError('hub/failed', `The Hub answered with status ${status} for \`${what}\`.`, hint, details, cause);
}

/** A storage host that the Hub redirected to. The address it was given is signed and runs out. */
export function storageError(what: string, status: number, host: string): LabError {
  return new LabError(
    'hub/storage-refused',
    `\`${host}\`, where the Hub keeps \`${what}\`, answered with status ${status}.`,
    'Try again later. What was downloaded so far is kept, and the download goes on from there with a new address.',
    { model: what, status, host },
  );
}

/** Whether asking again a moment later is worth it. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof LabError)) return false;
  const { status } = error.details;
  return (
    ['hub/unreachable', 'hub/storage-refused'].includes(error.code) || (typeof status === 'number' && status >= 500)
  );
}

/** Anything that `@huggingface/hub` or `fetch` throws. */
export function asHubError(thrown: unknown, what: string): unknown {
  if (thrown instanceof LabError || (thrown instanceof DOMException && thrown.name === 'AbortError')) return thrown;
  const status = (thrown as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === 'number') return hubError(what, status, thrown);
  if (thrown instanceof SyntaxError) {
    return new LabError(
      'hub/failed',
      `The answer about \`${what}\` is not what the Hub sends.`,
      '',
      { model: what },
      thrown,
    );
  }
  return hubError(what, 0, thrown);
}
