// TensorFlow.js, gradients by its tape, the update written out (its AdamOptimizer has no decay).
// `tensorflow.mjs [webgpu | wasm] [one-hot]`: its wasm backend lacks the kernel that the gradient of a gather needs; one-hot
// reads the embedding by a matrix product instead, which it can differentiate.
import { createRequire, register } from 'node:module';
import { installGpu, product, serve, webgpuBackend } from './contestant.mjs';
import { adam, batch, biasCorrections, initialWeights, normEpsilon, rotaryTables, shape } from './problem.mjs';

const [device = 'webgpu', embeddingBy = 'gather'] = process.argv.slice(2);
register('./bundlerResolution.mjs', import.meta.url);
globalThis.require = createRequire(import.meta.url); // its Node platform asks for 'util'
const tf = await (device === 'webgpu' ? onWebgpu() : onWasm());

async function onWebgpu() {
  const gpu = await installGpu();
  globalThis.window = globalThis;
  globalThis.self = globalThis;
  globalThis.requestAnimationFrame = (callback) => setTimeout(callback, 0);
  const core = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-core/dist/register_all_gradients');
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  core.env().set('IS_BROWSER', false);
  core.env().set('WEBGPU_CPU_FORWARD', false);
  const adapter = await gpu.requestAdapter();
  const wanted = [
    'maxComputeWorkgroupStorageSize',
    'maxComputeWorkgroupsPerDimension',
    'maxStorageBufferBindingSize',
    'maxBufferSize',
    'maxComputeWorkgroupSizeX',
    'maxComputeInvocationsPerWorkgroup',
  ];
  const gpuDevice = await adapter.requestDevice({
    requiredLimits: Object.fromEntries(wanted.map((name) => [name, adapter.limits[name]])),
  });
  // A backend of its own name: 'webgpu' would open a device with default limits.
  core.registerBackend('dawn', () => new WebGPUBackend(gpuDevice, adapter.info), 10);
  await core.setBackend('dawn');
  for (const kernel of core.getKernelsForBackend('webgpu')) core.registerKernel({ ...kernel, backendName: 'dawn' });
  return { ...core, backendName: await webgpuBackend(gpu), ended: () => gpuDevice.queue.onSubmittedWorkDone() };
}

/** One thread: its threaded build is switched off under Node (tensorflow/tfjs issue 3830). */
async function onWasm() {
  const core = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-core/dist/register_all_gradients');
  const wasmPackage = '@tensorflow/tfjs-backend-wasm'; // a name of its own, so that bundles for GPUs go without it
  const { getThreadsCount } = await import(/* @vite-ignore */ wasmPackage);
  if (!(await core.setBackend('wasm'))) throw new Error('TensorFlow.js offers no wasm backend');
  return { ...core, backendName: 'wasm', threads: Math.max(getThreadsCount(), 1), ended: async () => undefined };
}

const { vocabulary, layers, heads, headSize, hidden, rowLength, rows } = shape;
const weights = {};
const first = {};
const second = {};
for (const [name, { shape: dims, values }] of Object.entries(initialWeights())) {
  weights[name] = tf.variable(tf.tensor(values, dims), true, name);
  first[name] = tf.variable(tf.zeros(dims), false);
  second[name] = tf.variable(tf.zeros(dims), false);
}
const tokens = batch();
const tables = rotaryTables();
const ids = tf.tensor1d(tokens.ids, 'int32');
const targets = tf.tensor1d(tokens.targets, 'int32');
const cos = tf.tensor(tables.cos, [1, rowLength, 1, headSize / 2]);
const sin = tf.tensor(tables.sin, [1, rowLength, 1, headSize / 2]);
const above = new Float32Array(rowLength * rowLength);
for (let i = 0; i < rowLength; i++) for (let j = i + 1; j < rowLength; j++) above[i * rowLength + j] = -1e9;
const mask = tf.tensor(above, [1, 1, rowLength, rowLength]);

const rmsNorm = (x, weight) =>
  tf.mul(tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), normEpsilon))), weight);
const rotate = (x) => {
  const [a, b] = tf.split(x, 2, -1);
  return tf.concat([tf.sub(tf.mul(a, cos), tf.mul(b, sin)), tf.add(tf.mul(b, cos), tf.mul(a, sin))], -1);
};
const split = (x) => tf.reshape(x, [rows, rowLength, heads, headSize]);
const headsFirst = (x) => tf.transpose(x, [0, 2, 1, 3]);

function lossOf() {
  const flat = rows * rowLength;
  let h =
    embeddingBy === 'one-hot'
      ? tf.matMul(tf.cast(tf.oneHot(ids, vocabulary), 'float32'), weights.embedding)
      : tf.gather(weights.embedding, ids);
  for (let layer = 0; layer < layers; layer++) {
    const a = rmsNorm(h, weights[`attentionNorm.${layer}`]);
    const q = headsFirst(rotate(split(tf.matMul(a, weights[`query.${layer}`]))));
    const k = headsFirst(rotate(split(tf.matMul(a, weights[`key.${layer}`]))));
    const v = headsFirst(split(tf.matMul(a, weights[`value.${layer}`])));
    const scores = tf.softmax(tf.add(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(headSize)), mask), -1);
    h = tf.add(h, tf.matMul(tf.reshape(headsFirst(tf.matMul(scores, v)), [flat, hidden]), weights[`output.${layer}`]));
    const f = rmsNorm(h, weights[`mlpNorm.${layer}`]);
    const gate = tf.matMul(f, weights[`gate.${layer}`]);
    const gated = tf.mul(tf.mul(gate, tf.sigmoid(gate)), tf.matMul(f, weights[`up.${layer}`]));
    h = tf.add(h, tf.matMul(gated, weights[`down.${layer}`]));
  }
  const logits = tf.matMul(rmsNorm(h, weights.finalNorm), weights.embedding, false, true);
  const picked = tf.sum(tf.mul(logits, tf.cast(tf.oneHot(targets, vocabulary), 'float32')), -1);
  return tf.mean(tf.sub(tf.logSumExp(logits, -1), picked));
}

let taken = 0;
const about = {
  product: product('TensorFlow.js', '@tensorflow/tfjs-core'),
  backend: embeddingBy === 'one-hot' ? `${tf.backendName}, embedding by one-hot product` : tf.backendName,
  threads: tf.threads ?? null,
};
await serve(about, async () => {
  taken += 1;
  const [c1, c2] = biasCorrections(taken);
  const loss = tf.tidy(() => {
    const { value, grads } = tf.variableGrads(lossOf, Object.values(weights));
    for (const name in weights) {
      const gradient = grads[name];
      const m = tf.add(tf.mul(first[name], adam.beta1), tf.mul(gradient, 1 - adam.beta1));
      const v = tf.add(tf.mul(second[name], adam.beta2), tf.mul(tf.square(gradient), 1 - adam.beta2));
      first[name].assign(m);
      second[name].assign(v);
      const direction = tf.div(tf.mul(m, c1), tf.add(tf.sqrt(tf.mul(v, c2)), adam.epsilon));
      const kept = tf.mul(weights[name], 1 - adam.learningRate * adam.weightDecay);
      weights[name].assign(tf.sub(kept, tf.mul(direction, adam.learningRate)));
    }
    return value;
  });
  const [value] = await loss.data();
  loss.dispose();
  await tf.ended();
  return value;
});
