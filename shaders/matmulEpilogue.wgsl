// A part of the kernels for matrix products: store(at, value) is what becomes of a value of the product (bias included), which
// belongs at `at` of `product` and of every tensor here. All f32, of the product's shape.
// VALUE is f32, or vec4f for four neighbours of a row at once: `at` and the tensors count in those.
//   ACCUMULATE      product += value
//   ADDEND          value + addend in place of value, here and below
//   GATED           activate(gate) * value -> activated, and value -> product where KEEP; without KEEP activated is the product
//   ACTIVATED       the same without a gate: activate(value)
//   GATED_BACKWARD  value is dActivated:  value * up * slope(gate) -> product (dGate),  value * activate(gate) -> dUp
//   SLOPE           value is dActivated without a gate:  value * slope(gate) -> product, gate being what was activated
// activate and slope are in activationFunction.wgsl. Bindings follow those of the product and its bias.
alias Value = ${VALUE};

//#if ADDEND
@group(0) @binding(${3 + BIAS}) var<storage, read> addend: array<Value>;
//#end
//#if GATED || GATED_BACKWARD || SLOPE
@group(0) @binding(${3 + BIAS + ADDEND}) var<storage, read> gate: array<Value>;
//#end
//#if (GATED || ACTIVATED) && KEEP
@group(0) @binding(${3 + BIAS + ADDEND + GATED}) var<storage, read_write> activated: array<Value>;
//#end
//#if GATED_BACKWARD
@group(0) @binding(${4 + BIAS}) var<storage, read> up: array<Value>;
@group(0) @binding(${5 + BIAS}) var<storage, read_write> dUp: array<Value>;
//#end
//#if GATED || ACTIVATED || GATED_BACKWARD || SLOPE

//#include activationFunction
//#end

fn store(at: u32, product_: Value) {
//#if ADDEND
  let value = product_ + addend[at];
//#else
  let value = product_;
//#end
//#if ACCUMULATE
  product[at] += value;
//#else
//#if GATED
  let through = activate(gate[at]) * value;
//#end
//#if ACTIVATED
  let through = activate(value);
//#end
//#if GATED || ACTIVATED
//#if KEEP
  product[at] = value;
  activated[at] = through;
//#else
  product[at] = through;
//#end
//#else
//#if GATED_BACKWARD
  let g = gate[at];
  product[at] = value * up[at] * slope(g);
  dUp[at] = value * activate(g);
//#else
//#if SLOPE
  product[at] = value * slope(gate[at]);
//#else
  product[at] = value;
//#end
//#end
//#end
//#end
}
