// Rotary position embedding, half-split: for i < rotarySize / 2, with a = positions[t] * inverseFrequency[i],
//   rotated[i]                  = x[i] cos a - x[i + rotarySize / 2] sin a
//   rotated[i + rotarySize / 2] = x[i + rotarySize / 2] cos a + x[i] sin a
// and dimensions from rotarySize on are copied. The backward pass turns by -a.
//   x0, rotated0 f32 [tokens, heads * headSize], and x1, rotated1 of MORE_HEADS heads where there are two tensors
//   positions u32 [tokens];  inverseFrequency f32 [rotarySize / 2]
// WGSL promises nothing for sin and cos of large angles, so both are computed here: the angle is reduced by multiples
// of pi / 2 in three parts (Cody and Waite) and the rest goes through the polynomials of Cephes' sinf and cosf.
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

fn sineAndCosine(angle: f32) -> vec2f {
  let quarters = round(angle * 0.63661977236758134);
  var rest = fma(quarters, -1.5703125, angle);
  rest = fma(quarters, -4.837512969970703125e-4, rest);
  rest = fma(quarters, -7.549789948768648e-8, rest);
  let square = rest * rest;
  let sine = rest + rest * square * fma(square, fma(square, -1.9515295891e-4, 8.3321608736e-3), -1.6666654611e-1);
  let cosine = 1.0 - 0.5 * square
    + square * square * fma(square, fma(square, 2.443315711809948e-5, -1.388731625493765e-3), 4.166664568298827e-2);
  let quadrant = u32(i32(quarters)) & 3u;
  let swapped = select(vec2f(sine, cosine), vec2f(cosine, sine), (quadrant & 1u) == 1u);
  return vec2f(
    select(swapped.x, -swapped.x, quadrant >= 2u),
    select(swapped.y, -swapped.y, quadrant == 1u || quadrant == 2u),
  );
}

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
