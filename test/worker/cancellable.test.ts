import { expect, it } from 'vitest';
import { zipSink } from '../../src/checkpoint/index';
import { cancellableProgress, cancellableSink } from '../../src/worker/cancellable';

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: { code?: string }) => error.code,
  );

it('a zip that is cancelled within a file ends at both ends, and nothing follows', async () => {
  const controller = new AbortController();
  const { sink, stream } = zipSink();
  const cancellable = cancellableSink(sink, controller.signal);
  const reading = codeOf(new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).blob());
  await cancellable.write('config.json', '{}');
  let chunks = 0;
  async function* weights() {
    for (;;) {
      if (++chunks === 3) controller.abort();
      yield new Uint8Array(8);
    }
  }
  expect(await codeOf(cancellable.write('model.safetensors', weights()))).toBe('cancelled');
  expect(chunks).toBe(3);
  expect(await reading).not.toBe('done');
});

it('a zip that is cancelled between files ends with the next one', async () => {
  const controller = new AbortController();
  const { sink, stream } = zipSink();
  const cancellable = cancellableSink(sink, controller.signal);
  const reading = codeOf(new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).blob());
  await cancellable.write('config.json', '{}');
  controller.abort();
  expect(await codeOf(cancellable.write('tokenizer.json', '{}'))).toBe('cancelled');
  expect(await reading).not.toBe('done');
});

it('without a signal everything is written', async () => {
  const { sink, stream } = zipSink();
  const cancellable = cancellableSink(sink, undefined);
  const reading = codeOf(new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).blob());
  await cancellable.write('config.json', '{}');
  await cancellable.close();
  expect(await reading).toBe('done');
});

it('whoever reports is stopped by the report', () => {
  const controller = new AbortController();
  const seen: number[] = [];
  const report = cancellableProgress(({ done }) => void seen.push(done), controller.signal);
  report({ phase: 'verifying', done: 1, total: 2 });
  controller.abort();
  expect(() => report({ phase: 'verifying', done: 2, total: 2 })).toThrow('cancelled');
  expect(seen).toEqual([1]);
});
