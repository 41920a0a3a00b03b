// From the partial sums of all gradients: the global norm and the factor that clips it, without a trip to the host.
//   partials f32 [count]
//   clip f32: clip[0] largest norm allowed (0: no clipping; written by the host), clip[1] factor, clip[2] norm
//   factor = min(1, clip[0] / (norm + 1e-6)), as in torch.nn.utils.clip_grad_norm_
//   factor = 0 where the norm is infinite or NaN: AdamW then changes nothing. Told by the exponent's bits, because WGSL
//   lets a compiler assume that comparisons never meet a NaN.
// One workgroup.
@group(0) @binding(0) var<storage, read> partials: array<f32>;
@group(0) @binding(1) var<storage, read_write> clip: array<f32>;

var<workgroup> laneSum: array<f32, ${LANES}>;

@compute @workgroup_size(${LANES})
fn main(@builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var at = lane; at < ${COUNT}u; at += ${LANES}u) { sum += partials[at]; }
  laneSum[lane] = sum;
  workgroupBarrier();
  for (var half = ${LANES}u / 2u; half > 0u; half /= 2u) {
    if (lane < half) { laneSum[lane] += laneSum[lane + half]; }
    workgroupBarrier();
  }
  if (lane == 0u) {
    let norm = sqrt(laneSum[0]);
    let finite = (bitcast<u32>(norm) & 0x7f800000u) != 0x7f800000u;
    let factor = select(1.0, min(1.0, clip[0] / (norm + 1e-6)), clip[0] > 0.0);
    clip[1] = select(0.0, factor, finite);
    clip[2] = norm;
  }
}
