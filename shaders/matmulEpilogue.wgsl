// A part of the kernels for matrix products: store(at, value) is what becomes of a value of the product (bias included), which
// belongs at `at` of `product` and of every tensor here. All f32, of the product's shape.
//   ACCUMULATE      product += value
//   ADDEND          value + addend in place of value, here and below
//   GATED           activate(gate) * value -> activated, and value -> product where KEEP; without KEEP activated is the product
//   GATED_BACKWARD  value is dActivated:  value * up * slope(gate) -> product (dGate),  value * activate(gate) -> dUp
// activate and slope are in activationFunction.wgsl. Bindings follow those of the product and its bias.
//#if ADDEND
@group(0) @binding(${3 + BIAS}) var<storage, read> addend: array<f32>;
//#end
//#if GATED || GATED_BACKWARD
@group(0) @binding(${3 + BIAS + ADDEND}) var<storage, read> gate: array<f32>;
//#end
//#if GATED && KEEP
@group(0) @binding(${4 + BIAS + ADDEND}) var<storage, read_write> activated: array<f32>;
//#end
//#if GATED_BACKWARD
@group(0) @binding(${4 + BIAS}) var<storage, read> up: array<f32>;
@group(0) @binding(${5 + BIAS}) var<storage, read_write> dUp: array<f32>;
//#end
//#if GATED || GATED_BACKWARD
alias Value = f32;

//#include activationFunction
//#end

fn store(at: u32, product_: f32) {
//#if ADDEND
  let value = product_ + addend[at];
//#else
  let value = product_;
//#end
//#if ACCUMULATE
  product[at] += value;
//#else
//#if GATED
//#if KEEP
  product[at] = value;
  activated[at] = activate(gate[at]) * value;
//#else
  product[at] = activate(gate[at]) * value;
//#end
//#else
//#if GATED_BACKWARD
  let g = gate[at];
  product[at] = value * up[at] * slope(g);
  dUp[at] = value * activate(g);
//#else
  product[at] = value;
//#end
//#end
//#end
}
