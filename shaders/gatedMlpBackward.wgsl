// dGate = dActivated * up * slope(gate),  dUp = dActivated * activate(gate)  (activationFunction.wgsl)
//   all f32 [count], bound as vec4f where the count allows
// One invocation a value.
alias Value = ${VALUE};

@group(0) @binding(0) var<storage, read> gate: array<Value>;
@group(0) @binding(1) var<storage, read> up: array<Value>;
@group(0) @binding(2) var<storage, read> dActivated: array<Value>;
@group(0) @binding(3) var<storage, read_write> dGate: array<Value>;
@group(0) @binding(4) var<storage, read_write> dUp: array<Value>;

//#include activationFunction

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * 64u + lane;
  if (at >= ${COUNT}u) { return; }
  let g = gate[at];
  let d = dActivated[at];
  dGate[at] = d * up[at] * slope(g);
  dUp[at] = d * activate(g);
}
