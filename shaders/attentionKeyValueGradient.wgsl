// dV[s, h', :] = sum over t and the heads h of group h' of P[t, s] dAttended[t, h, :]
// dK[s, h', :] = scale * sum of P[t, s] (dAttended[t, h, :] . v[s, h', :] - delta[h, t]) q[t, h, :]
// with P[t, s] = exp(scale * q . k - logSumExp[h, t]) and t in [s, documentEnd[s]).
//   rows f32 [2, heads, tokens]: logSumExp, then delta
//   q, dAttended f32 [tokens, heads * headSize];  k, v, dK, dV f32 [tokens, kvHeads * headSize], bound as ${PART}
//   documentEnd u32 [tokens]
// A workgroup holds LANES consecutive keys of one key head, one an invocation; every lane reads the same query. The
// heads of a group are summed in order by that one invocation: no atomics.
alias Part = ${PART};
const tokens = ${TOKENS}u;
const queryStride = ${HEADS * PARTS}u;
const keyStride = ${KV_HEADS * PARTS}u;
const groupHeads = ${HEADS / KV_HEADS}u;
const scale = ${SCALE};

@group(0) @binding(0) var<storage, read> q: array<Part>;
@group(0) @binding(1) var<storage, read> k: array<Part>;
@group(0) @binding(2) var<storage, read> v: array<Part>;
@group(0) @binding(3) var<storage, read> documentEnd: array<u32>;
@group(0) @binding(4) var<storage, read> rows: array<f32>;
@group(0) @binding(5) var<storage, read> dAttended: array<Part>;
@group(0) @binding(6) var<storage, read_write> dK: array<Part>;
@group(0) @binding(7) var<storage, read_write> dV: array<Part>;

@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let keyHead = group.y;
  let firstKey = group.x * ${LANES}u;
  let lastKey = min(firstKey + ${LANES - 1}u, tokens - 1u);
  let key = firstKey + lane;
  let token = min(key, lastKey);
  let end = documentEnd[token];
  let lastEnd = documentEnd[lastKey];
  let keyAt = token * keyStride + keyHead * ${PARTS}u;
//#for p in PARTS
  let k${p} = k[keyAt + ${p}u] * scale;
  let v${p} = v[keyAt + ${p}u];
  var sumK${p} = Part();
  var sumV${p} = Part();
//#end
  for (var head = keyHead * groupHeads; head < (keyHead + 1u) * groupHeads; head++) {
    for (var t = firstKey; t < lastEnd; t++) {
      let at = t * queryStride + head * ${PARTS}u;
      var score = 0.0;
      var dWeight = 0.0;
//#for p in PARTS
      let q${p} = q[at + ${p}u];
      let d${p} = dAttended[at + ${p}u];
      score += dot(q${p}, k${p});
      dWeight += dot(d${p}, v${p});
//#end
      let row = head * tokens + t;
      let weight = select(0.0, exp(score - rows[row]), (t >= token) & (t < end));
      let dScore = weight * (dWeight - rows[${HEADS * TOKENS}u + row]);
//#for p in PARTS
      sumV${p} += weight * d${p};
      sumK${p} += dScore * q${p};
//#end
    }
  }
  if (key >= tokens) { return; }
//#for p in PARTS
  dK[keyAt + ${p}u] = sumK${p} * scale;
  dV[keyAt + ${p}u] = sumV${p};
//#end
}
