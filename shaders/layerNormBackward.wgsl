// With unit = (hidden - mean) * scale and g = weight * dNormed, row by row:
//   dHidden = scale * (g - sum(g) / width - unit * sum(g * unit) / width), added where ACCUMULATE
//   hidden, dNormed, dHidden f32 [rows, width];  weight f32 or packed bf16 [width];  mean, scale f32 [rows]
// One workgroup a row.
const width = ${WIDTH}u;

@group(0) @binding(0) var<storage, read> hidden: array<f32>;
//#if BF16
@group(0) @binding(1) var<storage, read> weight: array<u32>;
//#else
@group(0) @binding(1) var<storage, read> weight: array<f32>;
//#end
@group(0) @binding(2) var<storage, read> mean: array<f32>;
@group(0) @binding(3) var<storage, read> scale: array<f32>;
@group(0) @binding(4) var<storage, read> dNormed: array<f32>;
@group(0) @binding(5) var<storage, read_write> dHidden: array<f32>;

// The sum of g and of g * unit, lane by lane.
var<workgroup> partial: array<vec2f, ${LANES}>;

fn weightAt(column: u32) -> f32 {
//#if BF16
  return bitcast<f32>((weight[column >> 1u] >> ((column & 1u) * 16u)) << 16u);
//#else
  return weight[column];
//#end
}

@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.y * groups.x + group.x;
  if (row >= ${ROWS}u) { return; }
  let rowMean = mean[row];
  let rowScale = scale[row];
  var sums = vec2f();
  for (var column = lane; column < width; column += ${LANES}u) {
    let at = row * width + column;
    let g = weightAt(column) * dNormed[at];
    sums += vec2f(g, g * (hidden[at] - rowMean) * rowScale);
  }
  partial[lane] = sums;
  workgroupBarrier();
  for (var half = ${LANES}u / 2u; half > 0u; half /= 2u) {
    if (lane < half) { partial[lane] += partial[lane + half]; }
    workgroupBarrier();
  }
  let means = partial[0] / f32(width);
  for (var column = lane; column < width; column += ${LANES}u) {
    let at = row * width + column;
    let unit = (hidden[at] - rowMean) * rowScale;
    let gradient = rowScale * (weightAt(column) * dNormed[at] - means.x - unit * means.y);
//#if ACCUMULATE
    dHidden[at] += gradient;
//#else
    dHidden[at] = gradient;
//#end
  }
}
