// ${NAME}Half(bits): the f16 in the low half, widened to f32 exactly. Subnormal ones by hand: an adapter may make zeros of those.
fn ${NAME}Half(bits: u32) -> f32 {
  let size = f32(bits & 0x3ffu) * 0x1p-24;
  let subnormal = select(size, -size, (bits & 0x8000u) != 0u);
  return select(unpack2x16float(bits).x, subnormal, (bits & 0x7c00u) == 0u);
}
