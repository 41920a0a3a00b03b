import { expose, wrap } from 'comlink';
import { afterEach, describe, expect, it } from 'vitest';
import { LabError } from '../../src/error';
import { registerTransferHandlers } from '../../src/worker/transfer';

registerTransferHandlers();

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

function across<Api extends object>(api: Api) {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  expose(api, port1 as never);
  return wrap<Api>(port2 as never);
}

describe('the boundary', () => {
  it('carries all fields of a LabError', async () => {
    const error = new LabError('lab/example', 'The message.', 'The hint.', { tensor: 'lm_head.weight', bytes: 544 });
    const lab = across({ fail: (): Promise<void> => Promise.reject(error) });
    const caught: unknown = await lab.fail().catch((thrown: unknown) => thrown);
    expect(caught).toBeInstanceOf(LabError);
    expect((caught as LabError).toJSON()).toEqual(error.toJSON());
  });

  it('turns any other error into one, and loses only details that cannot be sent', async () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const lab = across({
      plain: () => {
        throw new TypeError('no such thing');
      },
      circular: () => Promise.reject(new LabError('lab/circular', 'Message.', 'Hint.', circular)),
    });
    await expect(lab.plain()).rejects.toMatchObject({ code: 'internal', message: 'no such thing' });
    await expect(lab.circular()).rejects.toMatchObject({ code: 'lab/circular', hint: 'Hint.', details: {} });
  });

  it('passes plain functions as callbacks', async () => {
    const lab = across({
      count: async (to: number, onNumber: (n: number) => void) => {
        for (let n = 1; n <= to; n++) await onNumber(n);
        return to;
      },
    });
    const seen: number[] = [];
    expect(await lab.count(3, (n) => void seen.push(n))).toBe(3);
    expect(seen).toEqual([1, 2, 3]);
  });
});
