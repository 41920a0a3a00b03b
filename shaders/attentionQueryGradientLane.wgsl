// dQ as in attentionQueryGradientTile.wgsl, shaped for software adapters as attentionLane.wgsl is.
//   dQ[t, h, :] = scale * sum over s of P[t, s] (dAttended[t, h, :] . v[s, h', :] - delta[h, t]) k[s, h', :]
//   q, dAttended, dQ f32 [tokens, heads * headSize];  k, v f32 [tokens, kvHeads * headSize],
//   or their heads side by side in one tensor (attentionPlaces.wgsl)
//   rows f32: as attentionDelta.wgsl lays them out;  documentStart u32 [tokens]
// A workgroup holds QUERIES * LANES consecutive queries of one head; the running sum lies in dQ itself.
// TURN: dQ is turned back by its rotary angles before the kernel ends (attentionTurn.wgsl).
const tokens = ${TOKENS}u;
const headSize = ${HEAD_SIZE}u;
const scale = ${SCALE};
//#include attentionPlaces

@group(0) @binding(0) var<storage, read> q: array<f32>;
@group(0) @binding(1) var<storage, read> k: array<f32>;
@group(0) @binding(2) var<storage, read> v: array<f32>;
@group(0) @binding(3) var<storage, read> documentStart: array<u32>;
@group(0) @binding(4) var<storage, read> rows: array<f32>;
@group(0) @binding(5) var<storage, read> dAttended: array<f32>;
@group(0) @binding(6) var<storage, read_write> dQ: array<f32>;

//#if TURN
//#include attentionTurn OPERAND=dQ
//#end

@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  // groups.z is 1, which the compiler cannot know: a short loop of known length is unrolled and takes 11 s to compile.
  let dimensions = headSize * groups.z;
  let head = group.y;
  let firstQuery = group.x * ${QUERIES * LANES}u;
  let lastQuery = min(firstQuery + ${QUERIES * LANES - 1}u, tokens - 1u);
  let keyHead = head / ${HEADS / KV_HEADS}u * keyStep;
//#for i in QUERIES
  let query${i} = firstQuery + ${i * LANES}u + lane;
  let token${i} = min(query${i}, lastQuery);
  let start${i} = documentStart[token${i}];
  let queryAt${i} = token${i} * queryRow + head * queryStep + queryStart;
  let attendedAt${i} = token${i} * attendedRow + head * attendedStep;
  let outAt${i} = token${i} * ${D_QUERY_ROW}u + head * ${D_QUERY_STEP}u + ${D_QUERY_START}u;
  let logSumExp${i} = rows[head * tokens + token${i}];
  let delta${i} = rows[(${HEADS}u + head) * tokens + token${i}];
//#end
  let firstKey = documentStart[firstQuery];
  for (var s = firstKey; s <= lastQuery; s += ${KEYS}u) {
//#for j in KEYS
    let keyAt${j} = min(s + ${j}u, lastQuery) * keyRow + keyHead + keyStart;
    let valueAt${j} = keyAt${j} - keyStart + valueStart;
//#for i in QUERIES
    var score${i}_${j} = 0.0;
    var dWeight${i}_${j} = 0.0;
//#end
//#end
    for (var d = 0u; d < dimensions; d++) {
//#for i in QUERIES
      let q${i} = q[queryAt${i} + d];
      let d${i} = dAttended[attendedAt${i} + d];
//#end
//#for j in KEYS
      let k${j} = k[keyAt${j} + d];
      let v${j} = v[valueAt${j} + d];
//#for i in QUERIES
      score${i}_${j} = fma(q${i}, k${j}, score${i}_${j});
      dWeight${i}_${j} = fma(d${i}, v${j}, dWeight${i}_${j});
//#end
//#end
    }
//#for i in QUERIES
//#for j in KEYS
    let weight${i}_${j} = exp(score${i}_${j} * scale - logSumExp${i}) * scale;
    let visible${i}_${j} = (s + ${j}u >= start${i}) & (s + ${j}u <= token${i});
    let dScore${i}_${j} = select(0.0, weight${i}_${j} * (dWeight${i}_${j} - delta${i}), visible${i}_${j});
//#end
//#end
    for (var d = 0u; d < dimensions; d++) {
//#for j in KEYS
      let k${j} = k[keyAt${j} + d];
//#end
//#for i in QUERIES
      if (query${i} < tokens) {
        var sum = select(dQ[outAt${i} + d], 0.0, s == firstKey);
//#for j in KEYS
        sum = fma(dScore${i}_${j}, k${j}, sum);
//#end
        dQ[outAt${i} + d] = sum;
      }
//#end
    }
  }
//#if TURN
  for (var i = 0u; i < ${QUERIES}u * groups.z; i++) {
    let token = firstQuery + i * ${LANES}u + lane;
    if (token < tokens) { turnBack(token * ${D_QUERY_ROW}u + head * ${D_QUERY_STEP}u + ${D_QUERY_START}u, token, groups.z); }
  }
//#end
}
