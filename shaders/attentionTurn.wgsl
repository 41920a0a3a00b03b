// A part of the attention gradient kernels: turnBack(at, token) turns one head of a token of ${OPERAND} back by its rotary angles where
// it has just been stored, so that the gradient of rope needs no pass of its own. With x the gradient as it was stored,
//   x[i]        becomes x[i] cos a + x[i + half] sin a
//   x[i + half] becomes x[i + half] cos a - x[i] sin a      for i < half, a = position * inverseFrequency[i]
// `at`: the head's first value. The position of a token, as f32, lies behind the two other parts of `rows`.
// VECTOR: ${OPERAND} is bound as vec4f. QUADS: halves begin and end at quads, and turnBackQuad turns four pairs at once.
const half = ${ROTARY / 2}u;
const inverseFrequency = array<f32, ${ROTARY / 2}>(${TABLE});

//#include sineAndCosine

//#if QUADS
fn turnBackQuad(at: u32, token: u32, quad: u32) {
  let position = rows[${2 * HEADS}u * tokens + token];
  let first = quad * 4u;
  let a = sineAndCosine(position * inverseFrequency[first]);
  let b = sineAndCosine(position * inverseFrequency[first + 1u]);
  let c = sineAndCosine(position * inverseFrequency[first + 2u]);
  let d = sineAndCosine(position * inverseFrequency[first + 3u]);
  let sine = vec4f(a.x, b.x, c.x, d.x);
  let cosine = vec4f(a.y, b.y, c.y, d.y);
  let low = at / 4u + quad;
  let high = low + half / 4u;
  let x = ${OPERAND}[low];
  let y = ${OPERAND}[high];
  ${OPERAND}[low] = x * cosine + y * sine;
  ${OPERAND}[high] = y * cosine - x * sine;
}
//#else
// One invocation a head: it alone writes to the vectors that pairs share. `once` is 1, which the compiler cannot know.
fn turnBack(at: u32, token: u32, once: u32) {
  let position = rows[${2 * HEADS}u * tokens + token];
  for (var pair = 0u; pair < half * once; pair++) {
    let turn = sineAndCosine(position * inverseFrequency[pair]);
    let low = at + pair;
    let high = low + half;
//#if VECTOR
    let x = ${OPERAND}[low / 4u][low % 4u];
    let y = ${OPERAND}[high / 4u][high % 4u];
    ${OPERAND}[low / 4u][low % 4u] = x * turn.y + y * turn.x;
    ${OPERAND}[high / 4u][high % 4u] = y * turn.y - x * turn.x;
//#else
    let x = ${OPERAND}[low];
    let y = ${OPERAND}[high];
    ${OPERAND}[low] = x * turn.y + y * turn.x;
    ${OPERAND}[high] = y * turn.y - x * turn.x;
//#end
  }
}
//#end
