// A part of the activation kernels: activate(x) and slope(x), its derivative, for a Value that is f32 or vec4f.
//   silu       x s(x),  s(x) = 1 / (1 + exp(-x))
//   GELU       x Phi(x),  Phi(x) = (1 + erf(x / sqrt 2)) / 2 (Hendrycks and Gimpel 2016)
//   GELU_TANH  x s(2 u),  u = sqrt(2 / pi) (x + 0.044715 x^3): the same as x / 2 (1 + tanh u), without a tanh that overflows
//#if GELU
// WGSL has no erf: Eigen's rational approximation in f32, good to 4 units in the last place; beyond 4 it is 1.
fn erf(x: Value) -> Value {
  let bounded = clamp(x, Value(-4.0), Value(4.0));
  let square = bounded * bounded;
  var above = square * -2.72614225801306e-10 + 2.77068142495902e-8;
  above = above * square - 2.10102402082508e-6;
  above = above * square - 5.69250639462346e-5;
  above = above * square - 7.34990630326855e-4;
  above = above * square - 2.95459980854025e-3;
  above = above * square - 1.60960333262415e-2;
  var below = square * -1.45660718464996e-5 - 2.13374055278905e-4;
  below = below * square - 1.68282697438203e-3;
  below = below * square - 7.37332916720468e-3;
  below = below * square - 1.42647390514189e-2;
  return bounded * above / below;
}

fn share(x: Value) -> Value {
  return 0.5 + 0.5 * erf(x * 0.7071067811865476);
}

fn shareSlope(x: Value, s: Value) -> Value {
  return 0.3989422804014327 * exp(-0.5 * x * x);
}
//#else
//#if GELU_TANH
fn share(x: Value) -> Value {
  let twice = x * (1.5957691216057308 + 0.07135481282744429 * x * x);
  return 1.0 / (1.0 + exp(-clamp(twice, Value(-80.0), Value(80.0))));
}

fn shareSlope(x: Value, s: Value) -> Value {
  return s * (1.0 - s) * (1.5957691216057308 + 0.21406443848233287 * x * x);
}
//#else
fn share(x: Value) -> Value {
  return 1.0 / (1.0 + exp(-x));
}

fn shareSlope(x: Value, s: Value) -> Value {
  return s * (1.0 - s);
}
//#end
//#end

fn activate(x: Value) -> Value {
  return x * share(x);
}

fn slope(x: Value) -> Value {
  let s = share(x);
  return s + x * shareSlope(x, s);
}
