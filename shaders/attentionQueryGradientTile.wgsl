// dQ[t, h, :] = scale * sum over s of P[t, s] (dAttended[t, h, :] . v[s, h', :] - delta[h, t]) k[s, h', :]
// with P[t, s] = exp(scale * q . k - logSumExp[h, t]) and s in [documentStart[t], t].
//   q, dAttended, dQ f32 [tokens, heads * headSize];  k, v f32 [tokens, kvHeads * headSize], bound as ${PART};
//   or their heads side by side in one tensor (attentionPlaces.wgsl)
//   rows f32: as attentionDelta.wgsl lays them out;  documentStart u32 [tokens]
// Workgroups, tiles and stretches as in attentionTile.wgsl: 32 queries of one head past all their keys.
// TURN: dQ is turned back by its rotary angles before the kernel ends (attentionTurn.wgsl).
const tokens = ${TOKENS}u;
const headSize = ${HEAD_SIZE}u;
const scale = ${SCALE};
//#include attentionPlaces

@group(0) @binding(0) var<storage, read> q: array<${PART}>;
@group(0) @binding(1) var<storage, read> k: array<${PART}>;
@group(0) @binding(2) var<storage, read> v: array<${PART}>;
@group(0) @binding(3) var<storage, read> documentStart: array<u32>;
@group(0) @binding(4) var<storage, read> rows: array<f32>;
@group(0) @binding(5) var<storage, read> dAttended: array<${PART}>;
@group(0) @binding(6) var<storage, read_write> dQ: array<${PART}>;

// Two operands, each [32][9] quads of dimensions by row: the ninth keeps neighbouring rows off the same memory banks.
var<workgroup> tile: array<vec4f, 576>;
// [32][8] quads of queries, by key: the gradients of the scores.
var<workgroup> weights: array<vec4f, 256>;

//#include attentionTileLoad LOAD=loadQuery OPERAND=q PLACE=query
//#include attentionTileLoad LOAD=loadKey OPERAND=k PLACE=key
//#include attentionTileLoad LOAD=loadValue OPERAND=v PLACE=value
//#include attentionTileLoad LOAD=loadGradient OPERAND=dAttended PLACE=attended

//#if TURN
//#include attentionTurn OPERAND=dQ
//#end

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let head = group.y;
  let keyHead = head / ${HEADS / KV_HEADS}u;
  let outHead = head * ${D_QUERY_STEP}u + ${D_QUERY_START}u;
  let firstQuery = group.x * 32u;
  let lastQuery = min(firstQuery + 31u, tokens - 1u);
  let across = lane % 8u;
  let down = lane / 8u;
  let query = firstQuery + down * 4u;
  let token = min(vec4u(query, query + 1u, query + 2u, query + 3u), vec4u(lastQuery));
  let start = vec4u(documentStart[token.x], documentStart[token.y], documentStart[token.z], documentStart[token.w]);
  let at = vec4u(head * tokens) + token;
  let logSumExp = vec4f(rows[at.x], rows[at.y], rows[at.z], rows[at.w]);
  let below = at + vec4u(${HEADS}u * tokens);
  let delta = vec4f(rows[below.x], rows[below.y], rows[below.z], rows[below.w]);
//#for c in STRETCHES
//#for i in 4
  var sum${c}_${i} = vec4f();
//#end
//#end
  for (var s = documentStart[firstQuery]; s <= lastQuery; s += 32u) {
//#for j in 4
    var score${j} = vec4f();
    var dWeight${j} = vec4f();
//#end
    for (var stretch = 0u; stretch < ${STRETCHES}u; stretch++) {
      workgroupBarrier();
      loadQuery(0u, firstQuery, head, stretch, lane);
      loadKey(1u, s, keyHead, stretch, lane);
      workgroupBarrier();
      for (var d = 0u; d < 8u; d++) {
//#for i in 4
        let q${i} = tile[(down * 4u + ${i}u) * 9u + d];
//#end
//#for j in 4
        let k${j} = tile[288u + (across + ${j * 8}u) * 9u + d];
        score${j} += vec4f(dot(q0, k${j}), dot(q1, k${j}), dot(q2, k${j}), dot(q3, k${j}));
//#end
      }
      workgroupBarrier();
      loadGradient(0u, firstQuery, head, stretch, lane);
      loadValue(1u, s, keyHead, stretch, lane);
      workgroupBarrier();
      for (var d = 0u; d < 8u; d++) {
//#for i in 4
        let g${i} = tile[(down * 4u + ${i}u) * 9u + d];
//#end
//#for j in 4
        let v${j} = tile[288u + (across + ${j * 8}u) * 9u + d];
        dWeight${j} += vec4f(dot(g0, v${j}), dot(g1, v${j}), dot(g2, v${j}), dot(g3, v${j}));
//#end
      }
    }
//#for j in 4
    let key${j} = vec4u(s + across + ${j * 8}u);
    let visible${j} = (key${j} >= start) & (key${j} <= token);
    let weight${j} = select(vec4f(), exp(score${j} * scale - logSumExp), visible${j});
    weights[(across + ${j * 8}u) * 8u + down] = weight${j} * (dWeight${j} - delta) * scale;
//#end
//#for c in STRETCHES
    workgroupBarrier();
    loadKey(0u, s, keyHead, ${c}u, lane);
    workgroupBarrier();
    for (var row = 0u; row < 32u; row++) {
      let share = weights[row * 8u + down];
      let parts = tile[row * 9u + across];
//#for i in 4
      sum${c}_${i} += share[${i}] * parts;
//#end
    }
//#end
  }
//#for c in STRETCHES
//#for i in 4
  if (query + ${i}u < tokens && ${c * 32}u + across * 4u < headSize) {
    let out = (query + ${i}u) * ${D_QUERY_ROW}u + outHead + ${c * 32}u + across * 4u;
    let value = sum${c}_${i};
//#if HEAD_SIZE % 4 == 0
    dQ[out / 4u] = value;
//#else
//#for p in 4
    if (${c * 32 + p}u + across * 4u < headSize) { dQ[out + ${p}u] = value[${p}]; }
//#end
//#end
  }
//#end
//#end
//#if TURN
  // What other invocations stored of a head is read here.
  workgroupBarrier();
  storageBarrier();
//#if QUADS
  for (var cell = lane; cell < ${32 * (ROTARY / 8)}u; cell += 64u) {
    let token = firstQuery + cell / ${ROTARY / 8}u;
    if (token <= lastQuery) { turnBackQuad(token * ${D_QUERY_ROW}u + outHead, token, cell % ${ROTARY / 8}u); }
  }
//#else
  if (firstQuery + lane <= lastQuery) { turnBack((firstQuery + lane) * ${D_QUERY_ROW}u + outHead, firstQuery + lane, groups.z); }
//#end
//#end
}
