// ${NAME}Value(index): value `index`, row by row, of a parameter, widened to f32 exactly (src/engine/elementTypes.ts):
//   f32        a value a word
//   bf16, f16  two a word, low half first
//   q8         signed bytes, four a word; from word ${AS}_SCALES on an f16 scale for every 32 of them, two a word; byte * scale
// A shader includes it with NAME, BINDING, and the prefix AS of the constants that `storedAs` (src/engine/ops/storedAs.ts) gives.
//#if ${AS}_F32
@group(0) @binding(${BINDING}) var<storage, read> ${NAME}: array<f32>;
//#else
@group(0) @binding(${BINDING}) var<storage, read> ${NAME}: array<u32>;
//#end
//#if ${AS}_F16 || ${AS}_Q8
//#include storedHalf NAME=${NAME}
//#end

fn ${NAME}Value(index: u32) -> f32 {
//#if ${AS}_F32
  return ${NAME}[index];
//#end
//#if ${AS}_BF16
  return bitcast<f32>((${NAME}[index >> 1u] >> ((index & 1u) * 16u)) << 16u);
//#end
//#if ${AS}_F16
  return ${NAME}Half(${NAME}[index >> 1u] >> ((index & 1u) * 16u));
//#end
//#if ${AS}_Q8
  let byte = bitcast<i32>(${NAME}[index >> 2u] << (24u - (index & 3u) * 8u)) >> 24u;
  let block = index >> 5u;
  return f32(byte) * ${NAME}Half(${NAME}[${${AS}_SCALES}u + (block >> 1u)] >> ((block & 1u) * 16u));
//#end
}
