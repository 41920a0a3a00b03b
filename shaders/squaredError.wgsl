// error[t] = mean over the width of (hidden - taught)^2 where weights[t] > 0, else 0
// dHidden[t, :] = weights[t] * 2 / width * (hidden - taught)
//   hidden, taught, dHidden f32 [tokens, width];  weights, error f32 [tokens]
// One workgroup a token.
const width = ${WIDTH}u;
const lanes = ${LANES}u;

@group(0) @binding(0) var<storage, read> hidden: array<f32>;
@group(0) @binding(1) var<storage, read> taught: array<f32>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read_write> error: array<f32>;
@group(0) @binding(4) var<storage, read_write> dHidden: array<f32>;

var<workgroup> sums: array<f32, lanes>;

@compute @workgroup_size(lanes)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let token = group.y * groups.x + group.x;
  // The same for all lanes of a workgroup.
  if (token >= ${TOKENS}u) { return; }
  let weight = weights[token];
  var sum = 0.0;
  for (var column = lane; column < width; column += lanes) {
    let at = token * width + column;
    let difference = hidden[at] - taught[at];
    sum += difference * difference;
    dHidden[at] = weight * (2.0 / f32(width)) * difference;
  }
  sums[lane] = sum;
  workgroupBarrier();
  for (var half = lanes / 2u; half > 0u; half /= 2u) {
    if (lane < half) { sums[lane] += sums[lane + half]; }
    workgroupBarrier();
  }
  if (lane == 0u) { error[token] = select(0.0, sums[0] / f32(width), weight > 0.0); }
}
