// ${NAME}Quad(index): four values from `index`, a multiple of 4, of a parameter that is stored as storedValue.wgsl says, widened
// to f32 exactly, in one load. A shader includes it instead of that one, with the same names, where it reads quads alone.
//#if ${AS}_F32
@group(0) @binding(${BINDING}) var<storage, read> ${NAME}: array<vec4f>;
//#end
//#if ${AS}_BF16 || ${AS}_F16
@group(0) @binding(${BINDING}) var<storage, read> ${NAME}: array<vec2u>;
//#end
//#if ${AS}_Q8
@group(0) @binding(${BINDING}) var<storage, read> ${NAME}: array<u32>;
//#end
//#if ${AS}_F16 || ${AS}_Q8
//#include storedHalf NAME=${NAME}
//#end

fn ${NAME}Quad(index: u32) -> vec4f {
//#if ${AS}_F32
  return ${NAME}[index >> 2u];
//#end
//#if ${AS}_BF16
  let pair = ${NAME}[index >> 2u];
  return bitcast<vec4f>(vec4u(pair.x << 16u, pair.x & 0xffff0000u, pair.y << 16u, pair.y & 0xffff0000u));
//#end
//#if ${AS}_F16
  let pair = ${NAME}[index >> 2u];
  return vec4f(
    ${NAME}Half(pair.x), ${NAME}Half(pair.x >> 16u), ${NAME}Half(pair.y), ${NAME}Half(pair.y >> 16u));
//#end
//#if ${AS}_Q8
  let word = bitcast<i32>(${NAME}[index >> 2u]);
  let bytes = vec4i(word << 24u, word << 16u, word << 8u, word) >> vec4u(24u);
  let block = index >> 5u;
  return vec4f(bytes) * ${NAME}Half(${NAME}[${${AS}_SCALES}u + (block >> 1u)] >> ((block & 1u) * 16u));
//#end
}
