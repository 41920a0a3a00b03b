// partials[b, c] = sum over the rows r of block b of values[r, c], or, for the weight of a norm,
// of values[r, c] * (hidden[r, c] - mean[r]) * scale[r], without the mean where the norm takes none.
//   values f32 [rows, width];  hidden f32 [rows, width];  scale, mean f32 [rows]
//   partials f32 [blocks, width]: each block holds blockRows consecutive rows
// One invocation a column of a block.
const rows = ${ROWS}u;
const width = ${WIDTH}u;
const blockRows = ${BLOCK_ROWS}u;

@group(0) @binding(0) var<storage, read> values: array<f32>;
//#if NORM
@group(0) @binding(1) var<storage, read> hidden: array<f32>;
@group(0) @binding(2) var<storage, read> scale: array<f32>;
@group(0) @binding(3) var<storage, read_write> partials: array<f32>;
//#if MEAN
@group(0) @binding(4) var<storage, read> mean: array<f32>;
//#end
//#else
@group(0) @binding(1) var<storage, read_write> partials: array<f32>;
//#end

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let column = group.x * 64u + lane;
  if (column >= width) { return; }
  let block = group.y;
  var sum = 0.0;
  for (var row = block * blockRows; row < min((block + 1u) * blockRows, rows); row++) {
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
  partials[block * width + column] = sum;
}
