// activated = activate(gate) * up, with the function that the constants choose (activationFunction.wgsl)
//   gate, up, activated f32 [count], bound as vec4f where the count allows
// One invocation a value.
alias Value = ${VALUE};

@group(0) @binding(0) var<storage, read> gate: array<Value>;
@group(0) @binding(1) var<storage, read> up: array<Value>;
@group(0) @binding(2) var<storage, read_write> activated: array<Value>;

//#include activationFunction

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * 64u + lane;
  if (at >= ${COUNT}u) { return; }
  activated[at] = activate(gate[at]) * up[at];
}
