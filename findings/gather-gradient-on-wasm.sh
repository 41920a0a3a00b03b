#!/usr/bin/env bash
# Package:   npm @tensorflow/tfjs and @tensorflow/tfjs-backend-wasm 4.22.0.
# Input:     rows gathered from a table, as an embedding does, summed; and the gradient of that sum in the table.
# Behaviour: the gather runs on the wasm backend, its gradient does not: no kernel `UnsortedSegmentSum` is registered for it. The same
#            gradient runs on the plain JavaScript backend. So nothing with an embedding can be trained on the wasm backend.
# Expected:  that what can be computed there can be differentiated there, or that a page of the package says which ops cannot.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0 >/dev/null 2>&1
cat > look.cjs <<'JAVASCRIPT'
const tf = require('@tensorflow/tfjs');
require('@tensorflow/tfjs-backend-wasm');

const ids = () => tf.tensor1d([2, 0, 2], 'int32');
const picked = (table) => tf.sum(tf.gather(table, ids()));

async function on(backend) {
  await tf.setBackend(backend);
  await tf.ready();
  const table = tf.tensor2d([[1, 2], [3, 4], [5, 6]]);
  const forward = (await picked(table).data())[0];
  try {
    return `${forward}, gradient ${[...(await tf.grad(picked)(table).data())]}`;
  } catch (error) {
    return `${forward}, ${/'(\w+)' not registered/.exec(error.message)?.[1] ?? error.message}`;
  }
}

(async () => {
  const found = [await on('cpu'), await on('wasm')];
  console.log(`tfjs ${tf.version.tfjs}: cpu ${found[0]}; wasm ${found[1]}`);
  const isSame = found[0] === '25, gradient 1,1,0,0,2,2' && found[1] === '25, UnsortedSegmentSum';
  if (!isSame) console.log('  CHANGED');
  process.exit(isSame ? 0 : 1);
})();
JAVASCRIPT
node look.cjs
