// delta[h, t] = dAttended[t, h, :] . attended[t, h, :], the share of the softmax's gradient common to all keys,
// laid beside logSumExp so that the backward kernels need one binding for both (adapters may allow only eight).
//   attended, dAttended f32 [tokens, heads * headSize], bound as ${PART};  logSumExp f32 [heads, tokens]
//   rows f32: logSumExp [heads, tokens], then delta [heads, tokens], and with TURN positions u32 [tokens] as f32
// One invocation a (token, head).
alias Part = ${PART};
const heads = ${HEADS}u;

@group(0) @binding(0) var<storage, read> attended: array<Part>;
@group(0) @binding(1) var<storage, read> dAttended: array<Part>;
@group(0) @binding(2) var<storage, read> logSumExp: array<f32>;
@group(0) @binding(3) var<storage, read_write> rows: array<f32>;
//#if TURN
@group(0) @binding(4) var<storage, read> positions: array<u32>;
//#end

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (group.y * groups.x + group.x) * 64u + lane;
  if (row >= ${TOKENS}u * heads) { return; }
  // groups.z is 1, which the compiler cannot know: it would unroll the loop, at 5 s to compile on lavapipe.
  var sum = 0.0;
  for (var part = 0u; part < ${PARTS}u * groups.z; part++) {
    sum += dot(attended[row * ${PARTS}u + part], dAttended[row * ${PARTS}u + part]);
  }
  let at = (row % heads) * ${TOKENS}u + row / heads;
  rows[at] = logSumExp[at];
  rows[${HEADS * TOKENS}u + at] = sum;
//#if TURN
  if (row % heads == 0u) { rows[${2 * HEADS * TOKENS}u + row / heads] = f32(positions[row / heads]); }
//#end
}
