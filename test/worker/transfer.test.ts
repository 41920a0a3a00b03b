import { expose, wrap } from 'comlink';
import { afterEach, expect, it } from 'vitest';
import { LabError } from '../../src/error';
import { registerTransferHandlers } from '../../src/worker/transfer';

registerTransferHandlers();

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

it('comlink carries all fields of a LabError', async () => {
  const error = new LabError('lab/example', 'The message.', 'The hint.', { tensor: 'lm_head.weight', bytes: 544 });
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  const api = { fail: (): Promise<void> => Promise.reject(error) };
  expose(api, port1 as never);
  const caught: unknown = await wrap<typeof api>(port2 as never)
    .fail()
    .catch((thrown: unknown) => thrown);
  expect(caught).toBeInstanceOf(LabError);
  expect((caught as LabError).toJSON()).toEqual(error.toJSON());
});
