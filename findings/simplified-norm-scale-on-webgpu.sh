#!/usr/bin/env bash
# Package:   npm onnxruntime-web 1.30.0 (its WebGPU and its wasm provider) and webgpu 0.6.2 (Dawn for Node); PyPI onnx 1.23.2.
# Input:     one node SimplifiedLayerNormalization with both of its outputs, and one node LayerNormalization with its three.
# Behaviour: the second output of SimplifiedLayerNormalization, the inverse of the root mean square, which training needs, is the row's mean
#            on the WebGPU provider. The first output is right, LayerNormalization gives all three rightly, and nothing is reported.
# Expected:  what the wasm provider of the same build gives.
# Needs a Vulkan driver for Dawn; a software one (Mesa's lavapipe) will do. VK_ICD_FILENAMES names one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2
npm install --silent --no-audit --no-fund onnxruntime-web@1.30.0 webgpu@0.6.2 >/dev/null
cat > make.py <<'PYTHON'
import onnx
from onnx import TensorProto, helper

value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def save(op, inputs, outputs):
    node = helper.make_node(op, list(inputs), list(outputs), axis=-1, epsilon=0.0)
    shape = lambda name: [1, 4] if name in 'xy' else [1, 1] if name in outputs else [4]
    graph = helper.make_graph([node], 'g', [value(n, shape(n)) for n in inputs], [value(n, shape(n)) for n in outputs])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=9)
    onnx.save(model, f'{op}.onnx')


save('SimplifiedLayerNormalization', ['x', 'w'], ['y', 'scale'])
save('LayerNormalization', ['x', 'w', 'b'], ['y', 'mean', 'scale'])
PYTHON
venv/bin/python make.py
cat > look.mjs <<'JAVASCRIPT'
import { readFileSync } from 'node:fs';
import { create, globals } from 'webgpu';

Object.assign(globalThis, globals);
const gpu = create([]);
if (!(await gpu.requestAdapter())) {
  console.log('Dawn finds no adapter: name a Vulkan driver in VK_ICD_FILENAMES');
  process.exit(2);
}
// The library asks for a browser; and what it uploads lies in memory shared between threads, of which Dawn's package gets copies.
const userAgent = 'Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0';
Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent, hardwareConcurrency: 1 }, configurable: true });
const { writeBuffer } = GPUQueue.prototype;
GPUQueue.prototype.writeBuffer = function (buffer, offset, data, from = 0, size) {
  const view = ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
  const unit = data.BYTES_PER_ELEMENT ?? 1;
  return writeBuffer.call(this, buffer, offset, view.slice(from * unit, size === undefined ? undefined : (from + size) * unit));
};
const ort = await import('onnxruntime-web/webgpu');
ort.env.wasm.numThreads = 1;

const tensor = (...values) => new ort.Tensor('float32', Float32Array.from(values), [values.length]);
const feeds = { x: tensor(1, 2, 2, 4).reshape([1, 4]), w: tensor(1, 1, 1, 1), b: tensor(0, 0, 0, 0) };
async function run(op, provider) {
  const options = { executionProviders: [provider], logSeverityLevel: 3 };
  const session = await ort.InferenceSession.create(readFileSync(`${op}.onnx`), options);
  const given = await session.run(Object.fromEntries(session.inputNames.map((name) => [name, feeds[name]])));
  return session.outputNames.map((name) => `${name} ${[...given[name].data].map((each) => each.toFixed(2)).join(' ')}`).join(', ');
}
let isSame = true;
const wanted = {
  SimplifiedLayerNormalization: { wasm: 'y 0.40 0.80 0.80 1.60, scale 0.40', webgpu: 'y 0.40 0.80 0.80 1.60, scale 2.25' },
  LayerNormalization: {
    wasm: 'y -1.15 -0.23 -0.23 1.61, mean 2.25, scale 0.92',
    webgpu: 'y -1.15 -0.23 -0.23 1.61, mean 2.25, scale 0.92',
  },
};
for (const [op, by] of Object.entries(wanted)) {
  for (const [provider, expected] of Object.entries(by)) {
    const found = await run(op, provider);
    console.log(`onnxruntime-web ${ort.env.versions.web}, ${provider}, ${op}: ${found}${found === expected ? '' : '  CHANGED'}`);
    isSame &&= found === expected;
  }
}
process.exit(isSame ? 0 : 1);
JAVASCRIPT
node look.mjs 2>/dev/null
