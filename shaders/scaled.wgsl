// product = factor * value
//   both f32 [count], bound as vec4f where the count allows
// One invocation a value.
alias Value = ${VALUE};
const factor = f32(${FACTOR});

@group(0) @binding(0) var<storage, read> values: array<Value>;
@group(0) @binding(1) var<storage, read_write> product: array<Value>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * 64u + lane;
  if (at >= ${COUNT}u) { return; }
  product[at] = factor * values[at];
}
