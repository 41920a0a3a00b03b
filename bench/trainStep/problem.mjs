// The one training step every contestant takes: a tied Llama-like decoder of 5.31 M parameters, 512 tokens, every gradient,
// AdamW. Weights, tokens and targets come from a seeded generator, so losses must agree to float rounding.
// Linear weights are [in, out] here (x W); ours transposes them into Hugging Face's [out, in].
export const shape = {
  vocabulary: 8192,
  hidden: 256,
  layers: 4,
  heads: 4,
  headSize: 64,
  intermediate: 704,
  rowLength: 256,
  rows: 2,
};
export const adam = { learningRate: 1e-3, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1 };
export const normEpsilon = 1e-5;

function mulberry32(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** name -> {shape, values}; names: embedding, finalNorm, and per layer `kind.layer`. */
export function initialWeights() {
  const random = mulberry32(1);
  const normal = (dims, deviation) => {
    const values = new Float32Array(dims.reduce((a, b) => a * b, 1));
    for (let i = 0; i < values.length; i++) {
      const u = random() || 1e-9;
      values[i] = Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * random()) * deviation;
    }
    return { shape: dims, values };
  };
  const ones = (size) => ({ shape: [size], values: new Float32Array(size).fill(1) });
  const { vocabulary, hidden, layers, intermediate } = shape;
  const weights = { embedding: normal([vocabulary, hidden], 0.02), finalNorm: ones(hidden) };
  for (let layer = 0; layer < layers; layer++) {
    weights[`attentionNorm.${layer}`] = ones(hidden);
    for (const kind of ['query', 'key', 'value', 'output'])
      weights[`${kind}.${layer}`] = normal([hidden, hidden], 0.05);
    weights[`mlpNorm.${layer}`] = ones(hidden);
    for (const kind of ['gate', 'up']) weights[`${kind}.${layer}`] = normal([hidden, intermediate], 0.05);
    weights[`down.${layer}`] = normal([intermediate, hidden], 0.05);
  }
  return weights;
}

/** ids and targets, [rows * rowLength] each. */
export function batch() {
  const random = mulberry32(7);
  const count = shape.rows * shape.rowLength;
  const ids = new Int32Array(count);
  const targets = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    ids[i] = Math.floor(random() * shape.vocabulary);
    targets[i] = Math.floor(random() * shape.vocabulary);
  }
  return { ids, targets };
}

/** cos and sin, [rowLength, headSize / 2]. */
export function rotaryTables() {
  const half = shape.headSize / 2;
  const cos = new Float32Array(shape.rowLength * half);
  const sin = new Float32Array(shape.rowLength * half);
  for (let t = 0; t < shape.rowLength; t++) {
    for (let i = 0; i < half; i++) {
      const angle = t * Math.pow(10000, -i / half);
      cos[t * half + i] = Math.cos(angle);
      sin[t * half + i] = Math.sin(angle);
    }
  }
  return { cos, sin };
}

/** Bias corrections of step 1, 2, ...: 1 / (1 - beta^step). */
export function biasCorrections(step) {
  return [1 / (1 - adam.beta1 ** step), 1 / (1 - adam.beta2 ** step)];
}

/** Multiply-adds counted twice; 6 x parameters x tokens for the matrices, attention without the causal saving. */
export function floatingPointOperations() {
  const { vocabulary, hidden, layers, intermediate, rowLength, rows } = shape;
  const tokens = rows * rowLength;
  const parameters = vocabulary * hidden + layers * (4 * hidden * hidden + 3 * hidden * intermediate);
  return 6 * parameters * tokens + 12 * layers * rowLength * hidden * tokens;
}
