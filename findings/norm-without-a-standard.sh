#!/usr/bin/env bash
# Package:   PyPI onnxruntime 1.32.0 and onnx 1.23.2; npm onnxruntime-web 1.30.0.
# Input:     a model of one node, SimplifiedLayerNormalization, in the domain of the ONNX standard (''), operator set 20.
# Behaviour: the standard has no such operator, and onnx's checker refuses the model; onnxruntime runs it all the same, on the desktop and in
#            its wasm build, as the root-mean-square norm, with the inverse of the root as a second output.
# Expected:  that a runtime refuses an operator that its domain's version does not have, as it refuses a name that nobody has.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnxruntime==1.32.0 onnx==1.23.2 numpy
npm install --silent --no-audit --no-fund onnxruntime-web@1.30.0 >/dev/null
cat > look.py <<'PYTHON'
import sys

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper

value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def model(op):
    node = helper.make_node(op, ['x', 'w'], ['y', 'inverse'], axis=-1, epsilon=0.0)
    graph = helper.make_graph([node], 'g', [value('x', [1, 4]), value('w', [4])], [value('y', [1, 4]), value('inverse', [1, 1])])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', 20)], ir_version=9)


def said(run):
    try:
        return run()
    except Exception as error:
        return type(error).__name__


def run(made):
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=['CPUExecutionProvider'])
    y, inverse = session.run(None, {'x': numpy.array([[1, 2, 2, 4]], 'f4'), 'w': numpy.ones(4, 'f4')})
    return [[round(float(each), 3) for each in y[0]], round(float(inverse[0, 0]), 3)]


known, unknown = model('SimplifiedLayerNormalization'), model('SimplestLayerNormalization')
onnx.save(known, 'norm.onnx')
found = [said(lambda: onnx.checker.check_model(known)), said(lambda: run(known)), said(lambda: run(unknown))]
print(f'onnx {onnx.__version__}: {found[0]}; onnxruntime {onnxruntime.__version__}: {found[1]}; a name that nobody has: {found[2]}')
if found != ['ValidationError', [[0.4, 0.8, 0.8, 1.6], 0.4], 'InvalidGraph']:
    print('  CHANGED')
    sys.exit(1)
PYTHON
cat > look.mjs <<'JAVASCRIPT'
import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-web';

ort.env.wasm.numThreads = 1;
const session = await ort.InferenceSession.create(readFileSync('norm.onnx'), { executionProviders: ['wasm'], logSeverityLevel: 3 });
const feeds = { x: new ort.Tensor('float32', Float32Array.of(1, 2, 2, 4), [1, 4]), w: new ort.Tensor('float32', Float32Array.of(1, 1, 1, 1), [4]) };
const { y, inverse } = await session.run(feeds);
const found = [...y.data, ...inverse.data].map((each) => each.toFixed(3)).join(' ');
console.log(`onnxruntime-web ${ort.env.versions.web}: ${found}`);
process.exit(found === '0.400 0.800 0.800 1.600 0.400' ? 0 : (console.log('  CHANGED'), 1));
JAVASCRIPT
status=0
venv/bin/python look.py 2>/dev/null || status=1
node look.mjs || status=1
exit $status
