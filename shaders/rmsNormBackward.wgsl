// dHidden = scale * (weight * dNormed) - hidden * scale^3 / width * sum(weight * dNormed * hidden), row by row; added where ACCUMULATE.
//   hidden, dNormed, dHidden f32 [rows, width];  weight f32 or packed bf16 [width] (as in rmsNorm.wgsl);  scale f32 [rows]
// One workgroup a row.
const width = ${WIDTH}u;

@group(0) @binding(0) var<storage, read> hidden: array<f32>;
//#if BF16
@group(0) @binding(1) var<storage, read> weight: array<u32>;
//#else
@group(0) @binding(1) var<storage, read> weight: array<f32>;
//#end
@group(0) @binding(2) var<storage, read> scale: array<f32>;
@group(0) @binding(3) var<storage, read> dNormed: array<f32>;
@group(0) @binding(4) var<storage, read_write> dHidden: array<f32>;

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
    sum += weightAt(column) * dNormed[row * width + column] * hidden[row * width + column];
  }
  partial[lane] = sum;
  workgroupBarrier();
  for (var half = ${LANES}u / 2u; half > 0u; half /= 2u) {
    if (lane < half) { partial[lane] += partial[lane + half]; }
    workgroupBarrier();
  }
  let rowScale = scale[row];
  let towards = partial[0] * rowScale * rowScale * rowScale / f32(width);
  for (var column = lane; column < width; column += ${LANES}u) {
    let at = row * width + column;
    let gradient = rowScale * weightAt(column) * dNormed[at] - hidden[at] * towards;
//#if ACCUMULATE
    dHidden[at] += gradient;
//#else
    dHidden[at] = gradient;
//#end
  }
}
