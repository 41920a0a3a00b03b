// Causal grouped-query attention within documents, in the flash manner (Dao et al. 2022): no tokens x tokens matrix.
//   attended[t, h, :] = sum over s of softmax_s(scale * q[t, h, :] . k[s, h', :]) v[s, h', :],  s in [documentStart[t], t]
//   q, attended f32 [tokens, heads * headSize];  k, v f32 [tokens, kvHeads * headSize], bound as ${PART}
//   documentStart u32 [tokens];  logSumExp f32 [heads, tokens] (natural log; kept for the backward pass)
// A workgroup holds LANES consecutive queries of one head, one an invocation: q and the running sum stay in registers,
// and every lane reads the same key, so keys and values come by broadcast. KEYS keys are taken at a time.
// Keys before the first query's document or after the last query are never visited.
alias Part = ${PART};
const tokens = ${TOKENS}u;
const queryStride = ${HEADS * PARTS}u;
const keyStride = ${KV_HEADS * PARTS}u;
const scale = ${SCALE};

@group(0) @binding(0) var<storage, read> q: array<Part>;
@group(0) @binding(1) var<storage, read> k: array<Part>;
@group(0) @binding(2) var<storage, read> v: array<Part>;
@group(0) @binding(3) var<storage, read> documentStart: array<u32>;
@group(0) @binding(4) var<storage, read_write> attended: array<Part>;
@group(0) @binding(5) var<storage, read_write> logSumExp: array<f32>;

@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let head = group.y;
  let firstQuery = group.x * ${LANES}u;
  let lastQuery = min(firstQuery + ${LANES - 1}u, tokens - 1u);
  let query = firstQuery + lane;
  let token = min(query, lastQuery);
  let start = documentStart[token];
  let queryAt = token * queryStride + head * ${PARTS}u;
  let keyHead = head / ${HEADS / KV_HEADS}u * ${PARTS}u;
//#for p in PARTS
  let q${p} = q[queryAt + ${p}u] * scale;
  var sum${p} = Part();
//#end
  var largest = -1e30;
  var total = 0.0;
  for (var s = documentStart[firstQuery]; s <= lastQuery; s += ${KEYS}u) {
//#for n in KEYS
    let at${n} = min(s + ${n}u, lastQuery) * keyStride + keyHead;
    var score${n} = 0.0;
//#end
//#for p in PARTS
//#for n in KEYS
    score${n} += dot(q${p}, k[at${n} + ${p}u]);
//#end
//#end
    var newLargest = largest;
//#for n in KEYS
    let visible${n} = (s + ${n}u >= start) & (s + ${n}u <= token);
    newLargest = max(newLargest, select(-1e30, score${n}, visible${n}));
//#end
    let keep = exp(largest - newLargest);
    largest = newLargest;
    total *= keep;
//#for n in KEYS
    let weight${n} = select(0.0, exp(score${n} - newLargest), visible${n});
    total += weight${n};
//#end
//#for p in PARTS
    sum${p} *= keep;
//#for n in KEYS
    sum${p} += weight${n} * v[at${n} + ${p}u];
//#end
//#end
  }
  if (query >= tokens) { return; }
//#for p in PARTS
  attended[queryAt + ${p}u] = sum${p} / total;
//#end
  logSumExp[head * tokens + token] = largest + log(total);
}
