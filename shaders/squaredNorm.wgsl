// partials[b] = sum of squares of the values of block b, for b in [0, 64): one gradient's share of the global norm.
//   gradient f32 [count], bound as vec4f where the count allows;  partials f32 [64], this gradient's slice
// One workgroup a block of consecutive values.
alias Value = ${VALUE};
const blockSize = ${BLOCK}u;

@group(0) @binding(0) var<storage, read> gradient: array<Value>;
@group(0) @binding(1) var<storage, read_write> partials: array<f32>;

var<workgroup> laneSum: array<f32, ${LANES}>;

@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var sum = Value();
  let end = min((group.x + 1u) * blockSize, ${COUNT}u);
  for (var at = group.x * blockSize + lane; at < end; at += ${LANES}u) {
    sum += gradient[at] * gradient[at];
  }
//#if SCALAR
  laneSum[lane] = sum;
//#else
  laneSum[lane] = dot(sum, vec4f(1.0));
//#end
  workgroupBarrier();
  for (var half = ${LANES}u / 2u; half > 0u; half /= 2u) {
    if (lane < half) { laneSum[lane] += laneSum[lane + half]; }
    workgroupBarrier();
  }
  if (lane == 0u) { partials[group.x] = laneSum[0]; }
}
