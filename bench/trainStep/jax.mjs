// jax-js: jit of value-and-grad. The gather variant of the embedding and the one-hot pick of the target are its fastest.
// `jax.mjs [webgpu | wasm THREADS]`: THREADS is 1 for the calling thread alone, as in a page that is not cross-origin isolated.
import { installGpu, installNavigator, product, serve, webgpuBackend } from './contestant.mjs';
import { adam, batch, biasCorrections, initialWeights, normEpsilon, rotaryTables, shape } from './problem.mjs';
import { WebWorker } from './webWorker.mjs';

const [device = 'webgpu', threadsWanted = '1'] = process.argv.slice(2);
const threads = device === 'wasm' ? Number(threadsWanted) : null;

// jax-js expects iterator helpers, which Node has from version 22.
const iterators = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));
iterators.map ??= function (f) {
  return Array.from(this, f).values();
};
iterators.filter ??= function (f) {
  return Array.from(this).filter(f).values();
};
iterators.toArray ??= function () {
  return Array.from(this);
};

let backend = 'wasm';
if (device === 'webgpu') backend = await webgpuBackend(await installGpu());
else {
  installNavigator(threads);
  if (threads > 1) globalThis.Worker = WebWorker;
}
const jax = await import('@jax-js/jax');
if (!(await jax.init(device)).includes(device)) throw new Error(`jax-js offers no device ${device}`);
jax.defaultDevice(device);
const { numpy: np, nn, jit, valueAndGrad, tree } = jax;
const { vocabulary, hidden, layers, heads, headSize, rowLength, rows } = shape;

let weights = {};
let first = {};
let second = {};
for (const [name, { shape: dims, values }] of Object.entries(initialWeights())) {
  weights[name] = np.array(values).reshape(dims);
  first[name] = np.zeros(dims);
  second[name] = np.zeros(dims);
}
const tokens = batch();
const tables = rotaryTables();
const ids = np.array(tokens.ids, { dtype: np.int32 }).reshape([rows * rowLength]);
const targets = np.array(tokens.targets, { dtype: np.int32 }).reshape([rows * rowLength]);
const cos = np.array(tables.cos).reshape([1, rowLength, 1, headSize / 2]);
const sin = np.array(tables.sin).reshape([1, rowLength, 1, headSize / 2]);

const rmsNorm = (x, weight) =>
  x.ref.div(np.sqrt(np.mean(np.square(x), -1, { keepdims: true }).add(normEpsilon))).mul(weight);
const rotate = (x, c, s) => {
  const [a, b] = np.split(x, 2, -1);
  return np.concatenate([a.ref.mul(c.ref).sub(b.ref.mul(s.ref)), b.mul(c).add(a.mul(s))], -1);
};
const oneHot = (t) =>
  t
    .reshape([rows * rowLength, 1])
    .equal(np.arange(vocabulary).astype(np.int32).reshape([1, vocabulary]))
    .astype(np.float32);

const lossOf = ([p, embedded], y, c, s) => {
  const w = (name) => p[name].ref;
  let h = embedded.reshape([rows, rowLength, hidden]);
  for (let layer = 0; layer < layers; layer++) {
    const a = rmsNorm(h.ref, w(`attentionNorm.${layer}`));
    const split = (x) => x.reshape([rows, rowLength, heads, headSize]);
    const q = rotate(split(np.matmul(a.ref, w(`query.${layer}`))), c.ref, s.ref);
    const k = rotate(split(np.matmul(a.ref, w(`key.${layer}`))), c.ref, s.ref);
    const v = split(np.matmul(a, w(`value.${layer}`)));
    const o = nn.dotProductAttention(q, k, v, { isCausal: true }).reshape([rows, rowLength, hidden]);
    h = h.add(np.matmul(o, w(`output.${layer}`)));
    const f = rmsNorm(h.ref, w(`mlpNorm.${layer}`));
    h = h.add(
      np.matmul(nn.silu(np.matmul(f.ref, w(`gate.${layer}`))).mul(np.matmul(f, w(`up.${layer}`))), w(`down.${layer}`)),
    );
  }
  h = rmsNorm(h, w('finalNorm')).reshape([rows * rowLength, hidden]);
  const logits = np.matmul(h, w('embedding').transpose());
  const picked = logits.ref.mul(oneHot(y)).sum(-1);
  return nn.logsumexp(logits, -1).sub(picked).mean();
};
const lossAndGradients = jit((p, h, y, c, s) =>
  valueAndGrad((both, ...rest) => lossOf(both, ...rest))([p, h], y, c, s),
);
const update = jit((p, m, v, g, ge, c1, c2) => {
  const [P, M, V] = [{}, {}, {}];
  for (const name in p) {
    const gradient = name === 'embedding' ? g[name].add(ge) : g[name];
    M[name] = m[name].mul(adam.beta1).add(gradient.ref.mul(1 - adam.beta1));
    V[name] = v[name].mul(adam.beta2).add(np.square(gradient).mul(1 - adam.beta2));
    const direction = M[name].ref.mul(c1.ref).div(np.sqrt(V[name].ref.mul(c2.ref)).add(adam.epsilon));
    P[name] = p[name].mul(1 - adam.learningRate * adam.weightDecay).sub(direction.mul(adam.learningRate));
  }
  return [P, M, V];
});

let taken = 0;
await serve({ product: product('jax-js', '@jax-js/jax'), backend, threads }, async () => {
  taken += 1;
  const [c1, c2] = biasCorrections(taken).map((value) => np.array(value));
  const [embedded, pull] = jax.vjp((e) => np.take(e, ids.ref, 0), [weights.embedding.ref]);
  const [loss, [gradients, embeddedGradient]] = lossAndGradients(
    tree.ref(weights),
    embedded,
    targets.ref,
    cos.ref,
    sin.ref,
  );
  const [embeddingGradient] = pull(embeddedGradient);
  [weights, first, second] = update(weights, first, second, gradients, embeddingGradient, c1, c2);
  await jax.blockUntilReady(weights);
  return (await loss.data())[0];
});
