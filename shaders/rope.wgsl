// Rotary position embedding, half-split: for i < rotarySize / 2, with a = positions[t] * inverseFrequency[i],
//   rotated[i]                  = x[i] cos a - x[i + rotarySize / 2] sin a
//   rotated[i + rotarySize / 2] = x[i + rotarySize / 2] cos a + x[i] sin a
// and dimensions from rotarySize on are copied. The backward pass turns by -a.
//   x0, rotated0 f32 [tokens, heads * headSize], and x1, rotated1 of MORE_HEADS heads where there are two tensors
//   positions u32 [tokens];  inverseFrequency f32 [rotarySize / 2]
// One invocation a pair (i, i + half), or a pair of copied dimensions.
const headSize = ${HEAD_SIZE}u;
const half = ${ROTARY / 2}u;
const pairs = headSize / 2u;

@group(0) @binding(0) var<storage, read> positions: array<u32>;
//#for t in TENSORS
@group(0) @binding(${1 + 2 * t}) var<storage, read> x${t}: array<f32>;
@group(0) @binding(${2 + 2 * t}) var<storage, read_write> rotated${t}: array<f32>;
//#end
//#if TABLE
const inverseFrequency = array<f32, ${ROTARY / 2}>(${TABLE});
//#else
@group(0) @binding(${1 + 2 * TENSORS}) var<storage, read> inverseFrequency: array<f32>;
//#end

//#include sineAndCosine

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let invocation = (group.y * groups.x + group.x) * 64u + lane;
  let token = invocation / (${HEADS + MORE_HEADS}u * pairs);
  if (token >= ${TOKENS}u) { return; }
  let pair = invocation % pairs;
  let head = (invocation / pairs) % ${HEADS + MORE_HEADS}u;
  if (pair < half) {
    let turn = sineAndCosine(f32(positions[token]) * inverseFrequency[pair]);
//#if BACKWARD
    let sine = -turn.x;
//#else
    let sine = turn.x;
//#end
//#for t in TENSORS
    if (head >= ${t * HEADS}u && head < ${HEADS + t * MORE_HEADS}u) {
      let start = (token * ${HEADS + t * (MORE_HEADS - HEADS)}u + head - ${t * HEADS}u) * headSize;
      let first = x${t}[start + pair];
      let second = x${t}[start + pair + half];
      rotated${t}[start + pair] = first * turn.y - second * sine;
      rotated${t}[start + pair + half] = second * turn.y + first * sine;
    }
//#end
  } else {
//#for t in TENSORS
    if (head >= ${t * HEADS}u && head < ${HEADS + t * MORE_HEADS}u) {
      let at = (token * ${HEADS + t * (MORE_HEADS - HEADS)}u + head - ${t * HEADS}u) * headSize + pair * 2u;
      rotated${t}[at] = x${t}[at];
      rotated${t}[at + 1u] = x${t}[at + 1u];
    }
//#end
  }
}
