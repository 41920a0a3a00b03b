// normed[r, :] = hidden[r, :] * scale[r] * weight,  scale[r] = 1 / sqrt(mean(hidden[r, :]^2) + epsilon)
//   hidden f32 [rows, width];  weight f32 or packed bf16 [width], counted from one where FROM_ONE (Gemma stores w - 1)
//   normed f32 [rows, width];  scale f32 [rows] (kept for the backward pass)
// One workgroup a row.
const width = ${WIDTH}u;

@group(0) @binding(0) var<storage, read> hidden: array<f32>;
//#if BF16
@group(0) @binding(1) var<storage, read> weight: array<u32>;
//#else
@group(0) @binding(1) var<storage, read> weight: array<f32>;
//#end
@group(0) @binding(2) var<storage, read_write> normed: array<f32>;
@group(0) @binding(3) var<storage, read_write> scale: array<f32>;

var<workgroup> partial: array<f32, ${LANES}>;

fn weightAt(column: u32) -> f32 {
//#if BF16
  let stored = bitcast<f32>((weight[column >> 1u] >> ((column & 1u) * 16u)) << 16u);
//#else
  let stored = weight[column];
//#end
//#if FROM_ONE
  return 1.0 + stored;
//#else
  return stored;
//#end
}

@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.y * groups.x + group.x;
  if (row >= ${ROWS}u) { return; }
  var sum = 0.0;
  for (var column = lane; column < width; column += ${LANES}u) {
    let value = hidden[row * width + column];
    sum += value * value;
  }
  partial[lane] = sum;
  workgroupBarrier();
  for (var half = ${LANES}u / 2u; half > 0u; half /= 2u) {
    if (lane < half) { partial[lane] += partial[lane + half]; }
    workgroupBarrier();
  }
  let rowScale = inverseSqrt(partial[0] / f32(width) + ${EPSILON});
  if (lane == 0u) { scale[row] = rowScale; }
  for (var column = lane; column < width; column += ${LANES}u) {
    normed[row * width + column] = hidden[row * width + column] * rowScale * weightAt(column);
  }
}
