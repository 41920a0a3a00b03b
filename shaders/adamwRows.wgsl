// AdamW with lazy rows, for vocabulary matrices: a row whose gradient is all zero was not seen in this step, and its
// weights, moments and step count stay equal to the bit. A touched row is corrected for its own number of steps; dense
// Adam moves a rare row by up to 25 learning rates an occurrence (beta2 0.999, seen once in 1000 steps).
//   weight, gradient, firstMoment, secondMoment f32 [rows, width];  rowSteps u32 [rows]
//   scalars f32: learningRate, beta1, beta2, epsilon, weightDecay (the rest is not read);  clip f32: see clipFactor.wgsl
// One workgroup a row. The gradient is cleared.
const width = ${WIDTH}u;

@group(0) @binding(0) var<storage, read_write> weight: array<f32>;
@group(0) @binding(1) var<storage, read_write> gradient: array<f32>;
@group(0) @binding(2) var<storage, read_write> firstMoment: array<f32>;
@group(0) @binding(3) var<storage, read_write> secondMoment: array<f32>;
@group(0) @binding(4) var<storage, read> scalars: array<f32>;
@group(0) @binding(5) var<storage, read_write> rowSteps: array<u32>;
@group(0) @binding(6) var<storage, read> clip: array<f32>;

var<workgroup> laneTouched: array<u32, ${LANES}>;

// 1 - beta^steps by doubling, a(2n) = a(n) (2 - a(n)): pow() may be off by 3e-4 of it for beta near 1.
fn biasCorrection(beta: f32, steps: u32) -> f32 {
  var result = 0.0;
  var power = 1.0 - beta;
  for (var left = steps; left > 0u; left >>= 1u) {
    if ((left & 1u) == 1u) { result = result + power - result * power; }
    power = power * (2.0 - power);
  }
  return result;
}

@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.y * groups.x + group.x;
  if (row >= ${ROWS}u) { return; }
  let start = row * width;
  var touched = 0u;
  for (var column = lane; column < width; column += ${LANES}u) {
    touched |= select(0u, 1u, gradient[start + column] != 0.0);
  }
  laneTouched[lane] = touched;
  let steps = rowSteps[row] + 1u;
  workgroupBarrier();
  storageBarrier();
  for (var other = 0u; other < ${LANES}u; other++) { touched |= laneTouched[other]; }
  if (touched == 0u) { return; }
  // The norm was not finite: no weight moves.
  if (clip[1] == 0.0) {
    for (var column = lane; column < width; column += ${LANES}u) { gradient[start + column] = 0.0; }
    return;
  }
  if (lane == 0u) { rowSteps[row] = steps; }
  let learningRate = scalars[0];
  let beta1 = scalars[1];
  let beta2 = scalars[2];
  let correction1 = biasCorrection(beta1, steps);
  let correction2 = biasCorrection(beta2, steps);
  for (var column = lane; column < width; column += ${LANES}u) {
    let at = start + column;
    let g = gradient[at] * clip[1];
    let first = beta1 * firstMoment[at] + (1.0 - beta1) * g;
    let second = beta2 * secondMoment[at] + (1.0 - beta2) * g * g;
    firstMoment[at] = first;
    secondMoment[at] = second;
    gradient[at] = 0.0;
    let decayed = weight[at] * (1.0 - learningRate * scalars[4]);
    weight[at] = decayed - learningRate * (first / correction1) / (sqrt(second / correction2) + scalars[3]);
  }
}
