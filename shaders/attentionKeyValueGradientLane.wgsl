// dK and dV as in attentionKeyValueGradientTile.wgsl, shaped for software adapters as attentionLane.wgsl is.
//   dV[s, h', :] = sum over t and the heads h of group h' of P[t, s] dAttended[t, h, :]
//   dK[s, h', :] = scale * sum of P[t, s] (dAttended[t, h, :] . v[s, h', :] - delta[h, t]) q[t, h, :]
//   q, dAttended f32 [tokens, heads * headSize];  k, v, dK, dV f32 [tokens, kvHeads * headSize],
//   or their heads side by side in one tensor (attentionPlaces.wgsl)
//   rows f32: as attentionDelta.wgsl lays them out;  documentEnd u32 [tokens]
// A workgroup holds KEYS * LANES consecutive keys of one key head, KEYS an invocation, and takes QUERIES queries at a
// time, head after head of the group; the running sums lie in dK and dV themselves.
// TURN: dK is turned back by its rotary angles before the kernel ends (attentionTurn.wgsl).
const tokens = ${TOKENS}u;
const headSize = ${HEAD_SIZE}u;
const groupHeads = ${HEADS / KV_HEADS}u;
const scale = ${SCALE};
//#include attentionPlaces

@group(0) @binding(0) var<storage, read> q: array<f32>;
@group(0) @binding(1) var<storage, read> k: array<f32>;
@group(0) @binding(2) var<storage, read> v: array<f32>;
@group(0) @binding(3) var<storage, read> documentEnd: array<u32>;
@group(0) @binding(4) var<storage, read> rows: array<f32>;
@group(0) @binding(5) var<storage, read> dAttended: array<f32>;
//#if JOINED
@group(0) @binding(6) var<storage, read_write> dWhole: array<f32>;
//#else
@group(0) @binding(6) var<storage, read_write> dK: array<f32>;
@group(0) @binding(7) var<storage, read_write> dV: array<f32>;
//#end

//#if TURN
//#include attentionTurn OPERAND=${DK}
//#end

@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  // groups.z is 1, which the compiler cannot know: a short loop of known length is unrolled and takes 11 s to compile.
  let dimensions = headSize * groups.z;
  let keyHead = group.y;
  let firstKey = group.x * ${KEYS * LANES}u;
  let lastKey = min(firstKey + ${KEYS * LANES - 1}u, tokens - 1u);
  let lastEnd = documentEnd[lastKey];
//#for j in KEYS
  let key${j} = firstKey + ${j * LANES}u + lane;
  let token${j} = min(key${j}, lastKey);
  let end${j} = documentEnd[token${j}];
  let keyAt${j} = token${j} * keyRow + keyHead * keyStep + keyStart;
  let valueAt${j} = keyAt${j} - keyStart + valueStart;
  let outKeyAt${j} = token${j} * ${D_KEY_ROW}u + keyHead * ${D_KEY_STEP}u + ${D_KEY_START}u;
  let outValueAt${j} = token${j} * ${D_KEY_ROW}u + keyHead * ${D_KEY_STEP}u + ${D_VALUE_START}u;
//#end
  for (var head = keyHead * groupHeads; head < (keyHead + 1u) * groupHeads; head++) {
    for (var t = firstKey; t < lastEnd; t += ${QUERIES}u) {
      let isFirst = (head == keyHead * groupHeads) & (t == firstKey);
//#for i in QUERIES
      let query${i} = min(t + ${i}u, lastEnd - 1u);
      let queryAt${i} = query${i} * queryRow + head * queryStep + queryStart;
      let attendedAt${i} = query${i} * attendedRow + head * attendedStep;
//#for j in KEYS
      var score${i}_${j} = 0.0;
      var dWeight${i}_${j} = 0.0;
//#end
//#end
      for (var d = 0u; d < dimensions; d++) {
//#for j in KEYS
        let k${j} = k[keyAt${j} + d];
        let v${j} = v[valueAt${j} + d];
//#end
//#for i in QUERIES
        let q${i} = q[queryAt${i} + d];
        let d${i} = dAttended[attendedAt${i} + d];
//#for j in KEYS
        score${i}_${j} = fma(q${i}, k${j}, score${i}_${j});
        dWeight${i}_${j} = fma(d${i}, v${j}, dWeight${i}_${j});
//#end
//#end
      }
//#for i in QUERIES
      let logSumExp${i} = rows[head * tokens + query${i}];
      let delta${i} = rows[(${HEADS}u + head) * tokens + query${i}];
//#for j in KEYS
      let visible${i}_${j} = (t + ${i}u >= token${j}) & (t + ${i}u < end${j});
      let weight${i}_${j} = select(0.0, exp(score${i}_${j} * scale - logSumExp${i}), visible${i}_${j});
      let dScore${i}_${j} = weight${i}_${j} * (dWeight${i}_${j} - delta${i}) * scale;
//#end
//#end
      for (var d = 0u; d < dimensions; d++) {
//#for i in QUERIES
        let q${i} = q[queryAt${i} + d];
        let d${i} = dAttended[attendedAt${i} + d];
//#end
//#for j in KEYS
        if (key${j} < tokens) {
          var sumK = select(${DK}[outKeyAt${j} + d], 0.0, isFirst);
          var sumV = select(${DV}[outValueAt${j} + d], 0.0, isFirst);
//#for i in QUERIES
          sumK = fma(dScore${i}_${j}, q${i}, sumK);
          sumV = fma(weight${i}_${j}, d${i}, sumV);
//#end
          ${DK}[outKeyAt${j} + d] = sumK;
          ${DV}[outValueAt${j} + d] = sumV;
        }
//#end
      }
    }
  }
//#if TURN
  for (var i = 0u; i < ${KEYS}u * groups.z; i++) {
    let token = firstKey + i * ${LANES}u + lane;
    if (token < tokens) { turnBack(token * ${D_KEY_ROW}u + keyHead * ${D_KEY_STEP}u + ${D_KEY_START}u, token, groups.z); }
  }
//#end
}
