// AdamW (Loshchilov and Hutter 2019) with the gradient clipped by its global norm, over many tensors; gradients are cleared for the
// next step. With g = gradient * clip factor:
//   weight *= 1 - learningRate * weightDecay
//   firstMoment = beta1 firstMoment + (1 - beta1) g,  secondMoment = beta2 secondMoment + (1 - beta2) g^2
//   weight -= learningRate * (firstMoment / biasCorrection1) / (sqrt(secondMoment / biasCorrection2) + epsilon)
//   weights, gradients, firstMoments, secondMoments: whole buffers of f32, of which tensors begin at multiples of four
//   scalars f32, a group's from table[5] on: learningRate, beta1, beta2, epsilon, weightDecay, biasCorrection1, biasCorrection2
//   clip f32: see clipFactor.wgsl
//   table u32 [tensors, 6]: first workgroup; where weights, gradients, moments begin, in quads; how many quads; where scalars begin
// One workgroup so many quads of a tensor. Behind a tensor lie zeros up to a whole quad, and stay zeros.
@group(0) @binding(0) var<storage, read_write> weights: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> gradients: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> firstMoments: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> secondMoments: array<vec4f>;
@group(0) @binding(4) var<storage, read> scalars: array<f32>;
@group(0) @binding(5) var<storage, read> clip: array<f32>;
@group(0) @binding(6) var<storage, read> table: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = group.y * groups.x + group.x;
  // The last tensor that does not begin after this workgroup.
  var low = 0u;
  var high = ${TENSORS}u;
  while (high - low > 1u) {
    let middle = (low + high) / 2u;
    if (table[middle * ${ROW}u] <= index) { low = middle; } else { high = middle; }
  }
  let row = low * ${ROW}u;
  let first = (index - table[row]) * ${QUADS}u;
  let end = min(first + ${QUADS}u, table[row + 4u]);
  let scalar = table[row + 5u];
  let learningRate = scalars[scalar];
  let beta1 = scalars[scalar + 1u];
  let beta2 = scalars[scalar + 2u];
  let epsilon = scalars[scalar + 3u];
  let kept = 1.0 - learningRate * scalars[scalar + 4u];
  let correction1 = scalars[scalar + 5u];
  let correction2 = scalars[scalar + 6u];
  // 0 where the norm was not finite: then no weight moves.
  let factor = clip[1];
  for (var quad = first + lane; quad < end; quad += 64u) {
    let gradientAt = table[row + 2u] + quad;
    let g = gradients[gradientAt] * factor;
    gradients[gradientAt] = vec4f();
    if (factor != 0.0) {
      let momentAt = table[row + 3u] + quad;
      let weightAt = table[row + 1u] + quad;
      let firstMoment = beta1 * firstMoments[momentAt] + (1.0 - beta1) * g;
      let secondMoment = beta2 * secondMoments[momentAt] + (1.0 - beta2) * g * g;
      firstMoments[momentAt] = firstMoment;
      secondMoments[momentAt] = secondMoment;
      weights[weightAt] = weights[weightAt] * kept - learningRate * (firstMoment / correction1) / (sqrt(secondMoment / correction2) + epsilon);
    }
  }
}
