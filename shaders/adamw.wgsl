// AdamW (Loshchilov and Hutter 2019) with the gradient clipped by its global norm; the gradient is cleared for the next
// step. With g = gradient * clip factor:
//   weight *= 1 - learningRate * weightDecay
//   firstMoment = beta1 firstMoment + (1 - beta1) g,  secondMoment = beta2 secondMoment + (1 - beta2) g^2
//   weight -= learningRate * (firstMoment / biasCorrection1) / (sqrt(secondMoment / biasCorrection2) + epsilon)
//   weight, gradient, firstMoment, secondMoment f32 [count], bound as vec4f where the count allows
//   scalars f32: learningRate, beta1, beta2, epsilon, weightDecay, biasCorrection1, biasCorrection2
//   clip f32: see clipFactor.wgsl
// One invocation a value.
alias Value = ${VALUE};

@group(0) @binding(0) var<storage, read_write> weight: array<Value>;
@group(0) @binding(1) var<storage, read_write> gradient: array<Value>;
@group(0) @binding(2) var<storage, read_write> firstMoment: array<Value>;
@group(0) @binding(3) var<storage, read_write> secondMoment: array<Value>;
@group(0) @binding(4) var<storage, read> scalars: array<f32>;
//#if CLIP
@group(0) @binding(5) var<storage, read> clip: array<f32>;
//#end

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * 64u + lane;
  if (at >= ${COUNT}u) { return; }
  let learningRate = scalars[0];
  let beta1 = scalars[1];
  let beta2 = scalars[2];
//#if CLIP
  // The norm was not finite: no weight moves.
  if (clip[1] == 0.0) {
    gradient[at] = Value();
    return;
  }
  let g = gradient[at] * clip[1];
//#else
  let g = gradient[at];
//#end
  let first = beta1 * firstMoment[at] + (1.0 - beta1) * g;
  let second = beta2 * secondMoment[at] + (1.0 - beta2) * g * g;
  firstMoment[at] = first;
  secondMoment[at] = second;
  gradient[at] = Value();
  let decayed = weight[at] * (1.0 - learningRate * scalars[4]);
  weight[at] = decayed - learningRate * (first / scalars[5]) / (sqrt(second / scalars[6]) + scalars[3]);
}
