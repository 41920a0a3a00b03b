// dX = dActivated * slope(x), of the function that the constants choose (activationFunction.wgsl)
//   all f32 [count], bound as vec4f where the count allows
// One invocation a value.
alias Value = ${VALUE};

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read> dActivated: array<Value>;
@group(0) @binding(2) var<storage, read_write> dX: array<Value>;

//#include activationFunction

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * 64u + lane;
  if (at >= ${COUNT}u) { return; }
  dX[at] = dActivated[at] * slope(x[at]);
}
