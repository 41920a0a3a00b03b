// A part of the attention tile kernels: a stretch of 32 dimensions of 32 rows of ${OPERAND} into workgroup memory, as
// [32][9] quads from slot * 288 on. Rows past the last token repeat it; dimensions past the head are zero.
fn ${LOAD}(slot: u32, first: u32, head: u32, stretch: u32, lane: u32) {
  for (var cell = lane; cell < 256u; cell += 64u) {
    let at = min(first + cell / 8u, tokens - 1u) * ${PLACE}Row + head * ${PLACE}Step + ${PLACE}Start;
    let d = stretch * 32u + cell % 8u * 4u;
//#if HEAD_SIZE % 4 == 0
    let parts = ${OPERAND}[(at + min(d, headSize - 4u)) / 4u];
//#else
    let parts = vec4f(
      ${OPERAND}[at + min(d, headSize - 1u)],
      ${OPERAND}[at + min(d + 1u, headSize - 1u)],
      ${OPERAND}[at + min(d + 2u, headSize - 1u)],
      ${OPERAND}[at + min(d + 3u, headSize - 1u)],
    );
//#end
    tile[slot * 288u + cell / 8u * 9u + cell % 8u] = select(vec4f(), parts, vec4u(d, d + 1u, d + 2u, d + 3u) < vec4u(headSize));
  }
}
