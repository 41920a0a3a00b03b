// gathered[n, :] = hidden[indices[n], :]
//   hidden f32 [rows, width];  indices u32 [count];  gathered f32 [count, width]
// One invocation an element.
const width = ${WIDTH}u;

@group(0) @binding(0) var<storage, read> hidden: array<f32>;
@group(0) @binding(1) var<storage, read> indices: array<u32>;
@group(0) @binding(2) var<storage, read_write> gathered: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let element = (group.y * groups.x + group.x) * 64u + lane;
  if (element >= ${COUNT}u * width) { return; }
  gathered[element] = hidden[indices[element / width] * width + element % width];
}
