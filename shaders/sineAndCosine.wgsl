// A part of the kernels that turn by angles: sine and cosine of any angle, in this order.
// WGSL promises nothing for sin and cos of large angles, so both are computed here: the angle is reduced by multiples
// of pi / 2 in three parts (Cody and Waite) and the rest goes through the polynomials of Cephes' sinf and cosf.
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
