// partials[b] = sum of squares of the values of block b: the share of one buffer of gradients in the global norm.
//   gradients: a whole buffer of f32, zeros between tensors;  partials f32 [blocks], this buffer's slice
// One workgroup a block of consecutive values.
const blockSize = ${BLOCK}u;

@group(0) @binding(0) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> partials: array<f32>;

var<workgroup> laneSum: array<f32, ${LANES}>;

@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var sum = vec4f();
  let end = min((group.x + 1u) * blockSize, ${COUNT}u);
  for (var at = group.x * blockSize + lane; at < end; at += ${LANES}u) {
    sum += gradients[at] * gradients[at];
  }
  laneSum[lane] = dot(sum, vec4f(1.0));
  workgroupBarrier();
  for (var half = ${LANES}u / 2u; half > 0u; half /= 2u) {
    if (lane < half) { laneSum[lane] += laneSum[lane + half]; }
    workgroupBarrier();
  }
  if (lane == 0u) { partials[group.x] = laneSum[0]; }
}
