// Rotary position embedding as in rope.wgsl, of queries and keys where they lie: a projection's output that holds query, key and
// value side by side, part p of head h of token t from t * row + h * step + p * part on. Values stay as they are.
//   whole f32 [tokens, 3 * heads * headSize];  positions u32 [tokens];  inverseFrequency f32 [rotarySize / 2]
// One invocation a pair (i, i + half).
const half = ${ROTARY / 2}u;

@group(0) @binding(0) var<storage, read> positions: array<u32>;
@group(0) @binding(1) var<storage, read_write> whole: array<f32>;
//#if TABLE
const inverseFrequency = array<f32, ${ROTARY / 2}>(${TABLE});
//#else
@group(0) @binding(2) var<storage, read> inverseFrequency: array<f32>;
//#end

//#include sineAndCosine

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let invocation = (group.y * groups.x + group.x) * 64u + lane;
  let token = invocation / (${2 * HEADS}u * half);
  if (token >= ${TOKENS}u) { return; }
  let pair = invocation % half;
  let head = (invocation / half) % ${HEADS}u;
  let isKey = (invocation / (half * ${HEADS}u)) % 2u;
  let turn = sineAndCosine(f32(positions[token]) * inverseFrequency[pair]);
  let low = token * ${QUERY_ROW}u + head * ${QUERY_STEP}u + isKey * ${KEY_START}u + pair;
  let first = whole[low];
  let second = whole[low + half];
  whole[low] = first * turn.y - second * turn.x;
  whole[low + half] = second * turn.y + first * turn.x;
}
