// dQ[t, h, :] = scale * sum over s of P[t, s] (dAttended[t, h, :] . v[s, h', :] - delta[h, t]) k[s, h', :]
// with P[t, s] = exp(scale * q . k - logSumExp[h, t]) and s in [documentStart[t], t].
//   q, dAttended, dQ f32 [tokens, heads * headSize];  k, v f32 [tokens, kvHeads * headSize], bound as ${PART}
//   rows f32 [2, heads, tokens]: logSumExp, then delta;  documentStart u32 [tokens]
// Workgroups and lanes as in attention.wgsl: LANES consecutive queries of one head.
alias Part = ${PART};
const tokens = ${TOKENS}u;
const queryStride = ${HEADS * PARTS}u;
const keyStride = ${KV_HEADS * PARTS}u;
const scale = ${SCALE};

@group(0) @binding(0) var<storage, read> q: array<Part>;
@group(0) @binding(1) var<storage, read> k: array<Part>;
@group(0) @binding(2) var<storage, read> v: array<Part>;
@group(0) @binding(3) var<storage, read> documentStart: array<u32>;
@group(0) @binding(4) var<storage, read> rows: array<f32>;
@group(0) @binding(5) var<storage, read> dAttended: array<Part>;
@group(0) @binding(6) var<storage, read_write> dQ: array<Part>;

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
  let rowLogSumExp = rows[head * tokens + token];
  let rowDelta = rows[(${HEADS}u + head) * tokens + token];
//#for p in PARTS
  let q${p} = q[queryAt + ${p}u] * scale;
  let d${p} = dAttended[queryAt + ${p}u];
  var sum${p} = Part();
//#end
  for (var s = documentStart[firstQuery]; s <= lastQuery; s += ${KEYS}u) {
//#for n in KEYS
    let at${n} = min(s + ${n}u, lastQuery) * keyStride + keyHead;
    var score${n} = 0.0;
    var dWeight${n} = 0.0;
//#end
//#for p in PARTS
//#for n in KEYS
    score${n} += dot(q${p}, k[at${n} + ${p}u]);
    dWeight${n} += dot(d${p}, v[at${n} + ${p}u]);
//#end
//#end
//#for n in KEYS
    let visible${n} = (s + ${n}u >= start) & (s + ${n}u <= token);
    let dScore${n} = select(0.0, exp(score${n} - rowLogSumExp) * (dWeight${n} - rowDelta), visible${n});
//#end
//#for p in PARTS
//#for n in KEYS
    sum${p} += dScore${n} * k[at${n} + ${p}u];
//#end
//#end
  }
  if (query >= tokens) { return; }
//#for p in PARTS
  dQ[queryAt + ${p}u] = sum${p} * scale;
//#end
}
