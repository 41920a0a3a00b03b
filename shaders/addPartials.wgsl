// gradient[c] += sum over b of partials[b, c], in order of b.
//   partials f32 [blocks, width];  gradient f32 [width]
// One invocation a column.
const width = ${WIDTH}u;

@group(0) @binding(0) var<storage, read> partials: array<f32>;
@group(0) @binding(1) var<storage, read_write> gradient: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) invocation: vec3u) {
  let column = invocation.x;
  if (column >= width) { return; }
  var sum = 0.0;
  for (var block = 0u; block < ${BLOCKS}u; block++) { sum += partials[block * width + column]; }
  gradient[column] += sum;
}
