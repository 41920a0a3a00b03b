// gradient[c] += sum over the rows r of values[r, c], or, for the weight of a norm, of
// values[r, c] * (hidden[r, c] - mean[r]) * scale[r], without the mean where the norm takes none.
//   values, hidden f32 [rows, width];  scale, mean f32 [rows];  gradient f32 [width]
// A workgroup takes 8 neighbouring columns, ROW_LANES invocations a column; each adds up every ROW_LANES-th row, and the first of a
// column adds those sums in their order.
const rows = ${ROWS}u;
const width = ${WIDTH}u;
const columns = 8u;
const rowLanes = ${ROW_LANES}u;

@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(1) var<storage, read_write> gradient: array<f32>;
//#if NORM
@group(0) @binding(2) var<storage, read> hidden: array<f32>;
@group(0) @binding(3) var<storage, read> scale: array<f32>;
//#end
//#if MEAN
@group(0) @binding(4) var<storage, read> mean: array<f32>;
//#end

//#if ROW_LANES > 1
var<workgroup> laneSum: array<f32, ${8 * ROW_LANES}>;
//#end

@compute @workgroup_size(${8 * ROW_LANES})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let column = group.x * columns + lane % columns;
  var sum = 0.0;
  if (column < width) {
    for (var row = lane / columns; row < rows; row += rowLanes) {
      let at = row * width + column;
//#if NORM
//#if MEAN
      sum += values[at] * (hidden[at] - mean[row]) * scale[row];
//#else
      sum += values[at] * hidden[at] * scale[row];
//#end
//#else
      sum += values[at];
//#end
    }
  }
//#if ROW_LANES > 1
  laneSum[lane] = sum;
  workgroupBarrier();
  if (lane >= columns) { return; }
  for (var other = 1u; other < rowLanes; other++) { sum += laneSum[other * columns + lane]; }
//#end
  if (lane < columns && column < width) { gradient[column] += sum; }
}
