// Attention as in attentionTile.wgsl, shaped for software adapters: no workgroup memory, no barriers, and few loads a
// multiplication, because such adapters expand every load into a branch a lane.
//   attended[t, h, :] = sum over s of softmax_s(scale * q[t, h, :] . k[s, h', :]) v[s, h', :],  s in [documentStart[t], t]
//   q, attended f32 [tokens, heads * headSize];  k, v f32 [tokens, kvHeads * headSize],
//   or their heads side by side in one tensor (attentionPlaces.wgsl)
//   documentStart u32 [tokens];  logSumExp f32 [heads, tokens] (natural log; kept for the backward pass)
// A workgroup holds QUERIES * LANES consecutive queries of one head, QUERIES an invocation, and takes KEYS keys at a
// time; the scores of a tile stay in registers, the running sum lies in `attended` itself. Masks are joined by `&`: every
// `&&` is a branch, and a tile of 32 of them took SwiftShader over a minute to compile against half a second.
const tokens = ${TOKENS}u;
const headSize = ${HEAD_SIZE}u;
const scale = ${SCALE};
//#include attentionPlaces

@group(0) @binding(0) var<storage, read> q: array<f32>;
@group(0) @binding(1) var<storage, read> k: array<f32>;
@group(0) @binding(2) var<storage, read> v: array<f32>;
@group(0) @binding(3) var<storage, read> documentStart: array<u32>;
@group(0) @binding(4) var<storage, read_write> attended: array<f32>;
@group(0) @binding(5) var<storage, read_write> logSumExp: array<f32>;

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
  var largest${i} = -1e30;
  var total${i} = 0.0;
//#end
  let firstKey = documentStart[firstQuery];
  for (var s = firstKey; s <= lastQuery; s += ${KEYS}u) {
//#for j in KEYS
    let keyAt${j} = min(s + ${j}u, lastQuery) * keyRow + keyHead + keyStart;
    let valueAt${j} = keyAt${j} - keyStart + valueStart;
//#for i in QUERIES
    var score${i}_${j} = 0.0;
//#end
//#end
    for (var d = 0u; d < dimensions; d++) {
//#for i in QUERIES
      let q${i} = q[queryAt${i} + d];
//#end
//#for j in KEYS
      let k${j} = k[keyAt${j} + d];
//#for i in QUERIES
      score${i}_${j} = fma(q${i}, k${j}, score${i}_${j});
//#end
//#end
    }
//#for i in QUERIES
    var newLargest${i} = largest${i};
//#for j in KEYS
    let visible${i}_${j} = (s + ${j}u >= start${i}) & (s + ${j}u <= token${i});
    score${i}_${j} = select(-1e30, score${i}_${j} * scale, visible${i}_${j});
    newLargest${i} = max(newLargest${i}, score${i}_${j});
//#end
    var keep${i} = exp(largest${i} - newLargest${i});
    largest${i} = newLargest${i};
    total${i} *= keep${i};
//#for j in KEYS
    var weight${i}_${j} = select(0.0, exp(score${i}_${j} - newLargest${i}), visible${i}_${j});
    total${i} += weight${i}_${j};
//#end
//#end
    if (s + ${KEYS}u > lastQuery) {
//#for i in QUERIES
      let share${i} = 1.0 / total${i};
      keep${i} *= share${i};
//#for j in KEYS
      weight${i}_${j} *= share${i};
//#end
//#end
    }
    for (var d = 0u; d < dimensions; d++) {
//#for j in KEYS
      let v${j} = v[valueAt${j} + d];
//#end
//#for i in QUERIES
      if (query${i} < tokens) {
        var sum = select(attended[attendedAt${i} + d] * keep${i}, 0.0, s == firstKey);
//#for j in KEYS
        sum = fma(weight${i}_${j}, v${j}, sum);
//#end
        attended[attendedAt${i} + d] = sum;
      }
//#end
    }
  }
//#for i in QUERIES
  if (query${i} < tokens) { logSumExp[head * tokens + query${i}] = largest${i} + log(total${i}); }
//#end
}
