/**
 * onnxruntime-web's WebGPU provider, in a process of its own: `step`, our training graph as the processor's engine lowers it (but
 * for the scale of norms, which that provider gives wrongly), the weights fed and the gradients given back every time; or
 * `products N`, a chain of products N x N x N of f32.
 */
import { encodeModel, type OnnxNode, type OnnxValue } from '../../src/checkpoint/index';
import { ProcessorEngine } from '../../src/processor/index';
import { installGpu, serve, webgpuBackend } from '../trainStep/contestant.mjs';
import { ourStep } from '../trainStep/ourStep';

/** Long enough that copying in and out hardly counts. */
export const links = 32;

export async function main([what, size]: readonly string[]): Promise<number> {
  const gpu = await installGpu();
  copyShared();
  const ort = await import('onnxruntime-web/webgpu');
  const about = {
    product: `onnxruntime-web ${ort.env.versions.web ?? ''}`,
    backend: await webgpuBackend(gpu),
    threads: null,
  };
  if (what === 'step') {
    const runtime = { ort, threads: 1, version: ort.env.versions.web ?? '', provider: 'webgpu' } as const;
    await serve(about, await ourStep(new ProcessorEngine(runtime)));
    return 0;
  }
  const n = Number(size);
  const session = await ort.InferenceSession.create(chain(n), { executionProviders: ['webgpu'] });
  // Columns sum to about one, so that a long chain neither grows nor vanishes.
  const values = (seed: number) =>
    new ort.Tensor(
      'float32',
      Float32Array.from({ length: n * n }, (_, at) => ((at * 7919 + seed) % 1000) / 500 / n),
      [n, n],
    );
  const feeds = { x: values(1), w: values(2) };
  await serve(about, async () => {
    const { y } = await session.run(feeds);
    return (y!.data as Float32Array)[0]!;
  });
  return 0;
}

/** y = x w w w ... */
function chain(n: number): Uint8Array {
  const name = (link: number) => (link === 0 ? 'x' : link === links ? 'y' : `h${link}`);
  const nodes = Array.from({ length: links }, (_, link): OnnxNode => {
    return {
      name: `${link}`,
      op: 'MatMul',
      domain: '',
      inputs: [name(link), 'w'],
      outputs: [name(link + 1)],
      attributes: {},
    };
  });
  const value = (of: string): OnnxValue => ({ name: of, type: 'float', shape: [n, n] });
  return encodeModel(
    {
      ...{ producer: { name: 'tokengraft', version: '' }, operatorSets: { '': 17 }, metadata: {}, tensors: [] },
      ...{ nodes, inputs: [value('x'), value('w')], outputs: [value('y')] },
    },
    new Map(),
  );
}

/** Dawn’s package for Node does not take what lies in shared memory, as that of a wasm build with threads does. */
function copyShared(): void {
  const { prototype } = globalThis.GPUQueue;
  const write = prototype.writeBuffer;
  prototype.writeBuffer = function (buffer, offset, data, from = 0, size) {
    const view = ArrayBuffer.isView(data)
      ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      : new Uint8Array(data);
    const unit = ArrayBuffer.isView(data) ? (data as Uint8Array).BYTES_PER_ELEMENT : 1;
    const bytes = view.slice(from * unit, size === undefined ? undefined : (from + size) * unit);
    return write.call(this, buffer, offset, bytes);
  };
}
