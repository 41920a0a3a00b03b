// normed[r, :] = (hidden[r, :] - mean[r]) * scale[r] * weight + bias,  scale[r] = 1 / sqrt(variance of hidden[r, :] + epsilon)
//   hidden, normed f32 [rows, width];  weight, bias f32 or packed bf16 [width]
//   mean, scale f32 [rows] (kept for the backward pass)
// One workgroup a row. The variance is summed after the mean is known: E[x^2] - mean^2 loses digits where the mean is large.
const width = ${WIDTH}u;

@group(0) @binding(0) var<storage, read> hidden: array<f32>;
//#if BF16
@group(0) @binding(1) var<storage, read> weight: array<u32>;
//#else
@group(0) @binding(1) var<storage, read> weight: array<f32>;
//#end
//#if BIAS_BF16
@group(0) @binding(2) var<storage, read> bias: array<u32>;
//#else
@group(0) @binding(2) var<storage, read> bias: array<f32>;
//#end
@group(0) @binding(3) var<storage, read_write> normed: array<f32>;
@group(0) @binding(4) var<storage, read_write> mean: array<f32>;
@group(0) @binding(5) var<storage, read_write> scale: array<f32>;

var<workgroup> partial: array<f32, ${LANES}>;

fn weightAt(column: u32) -> f32 {
//#if BF16
  return bitcast<f32>((weight[column >> 1u] >> ((column & 1u) * 16u)) << 16u);
//#else
  return weight[column];
//#end
}

fn biasAt(column: u32) -> f32 {
//#if BIAS_BF16
  return bitcast<f32>((bias[column >> 1u] >> ((column & 1u) * 16u)) << 16u);
//#else
  return bias[column];
//#end
}

@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.y * groups.x + group.x;
  if (row >= ${ROWS}u) { return; }
  var sum = 0.0;
  for (var column = lane; column < width; column += ${LANES}u) { sum += hidden[row * width + column]; }
  partial[lane] = sum;
  workgroupBarrier();
  for (var half = ${LANES}u / 2u; half > 0u; half /= 2u) {
    if (lane < half) { partial[lane] += partial[lane + half]; }
    workgroupBarrier();
  }
  let rowMean = partial[0] / f32(width);
  workgroupBarrier();
  var squares = 0.0;
  for (var column = lane; column < width; column += ${LANES}u) {
    let value = hidden[row * width + column] - rowMean;
    squares += value * value;
  }
  partial[lane] = squares;
  workgroupBarrier();
  for (var half = ${LANES}u / 2u; half > 0u; half /= 2u) {
    if (lane < half) { partial[lane] += partial[lane + half]; }
    workgroupBarrier();
  }
  let rowScale = inverseSqrt(partial[0] / f32(width) + ${EPSILON});
  if (lane == 0u) {
    mean[row] = rowMean;
    scale[row] = rowScale;
  }
  for (var column = lane; column < width; column += ${LANES}u) {
    let at = row * width + column;
    normed[at] = (hidden[at] - rowMean) * rowScale * weightAt(column) + biasAt(column);
  }
}
