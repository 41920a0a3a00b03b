// Causal grouped-query attention within documents, in the flash manner (Dao et al. 2022): no tokens x tokens matrix.
//   attended[t, h, :] = sum over s of softmax_s(scale * q[t, h, :] . k[s, h', :]) v[s, h', :],  s in [documentStart[t], t]
//   q, attended f32 [tokens, heads * headSize];  k, v f32 [tokens, kvHeads * headSize], bound as ${PART};
//   or their heads side by side in one tensor (attentionPlaces.wgsl)
//   documentStart u32 [tokens];  logSumExp f32 [heads, tokens] (natural log; kept for the backward pass)
// A workgroup of 8 x 8 takes 32 queries of one head past all their keys, 32 at a time. An invocation holds the scores of
// 4 queries (the parts of a vec4f) and 4 keys, then the sums of 4 queries and 4 dimensions of each stretch of 32.
// Keys outside the queries' documents are never visited.
const tokens = ${TOKENS}u;
const headSize = ${HEAD_SIZE}u;
const scale = ${SCALE};
//#include attentionPlaces

@group(0) @binding(0) var<storage, read> q: array<${PART}>;
@group(0) @binding(1) var<storage, read> k: array<${PART}>;
@group(0) @binding(2) var<storage, read> v: array<${PART}>;
@group(0) @binding(3) var<storage, read> documentStart: array<u32>;
@group(0) @binding(4) var<storage, read_write> attended: array<${PART}>;
@group(0) @binding(5) var<storage, read_write> logSumExp: array<f32>;

// Two operands, each [32][9] quads of dimensions by row: the ninth keeps neighbouring rows off the same memory banks.
var<workgroup> tile: array<vec4f, 576>;
// [32][8] quads of queries, by key.
var<workgroup> weights: array<vec4f, 256>;
// [8][8] quads of queries, by the column of invocations that made them.
var<workgroup> partial: array<vec4f, 64>;

//#include attentionTileLoad LOAD=loadQuery OPERAND=q PLACE=query
//#include attentionTileLoad LOAD=loadKey OPERAND=k PLACE=key
//#include attentionTileLoad LOAD=loadValue OPERAND=v PLACE=value

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let head = group.y;
  let keyHead = head / ${HEADS / KV_HEADS}u;
  let firstQuery = group.x * 32u;
  let lastQuery = min(firstQuery + 31u, tokens - 1u);
  let across = lane % 8u;
  let down = lane / 8u;
  let query = firstQuery + down * 4u;
  let token = min(vec4u(query, query + 1u, query + 2u, query + 3u), vec4u(lastQuery));
  let start = vec4u(documentStart[token.x], documentStart[token.y], documentStart[token.z], documentStart[token.w]);
  var largest = vec4f(-1e30);
  var total = vec4f();
//#for c in STRETCHES
//#for i in 4
  var sum${c}_${i} = vec4f();
//#end
//#end
  for (var s = documentStart[firstQuery]; s <= lastQuery; s += 32u) {
//#for j in 4
    var score${j} = vec4f();
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
    }
    var newLargest = largest;
//#for j in 4
    let key${j} = vec4u(s + across + ${j * 8}u);
    let visible${j} = (key${j} >= start) & (key${j} <= token);
    score${j} = select(vec4f(-1e30), score${j} * scale, visible${j});
    newLargest = max(newLargest, score${j});
//#end
    partial[across * 8u + down] = newLargest;
    workgroupBarrier();
    for (var other = 0u; other < 8u; other++) { newLargest = max(newLargest, partial[other * 8u + down]); }
    let keep = exp(largest - newLargest);
    largest = newLargest;
    total *= keep;
//#for j in 4
    let weight${j} = select(vec4f(), exp(score${j} - newLargest), visible${j});
    total += weight${j};
    weights[(across + ${j * 8}u) * 8u + down] = weight${j};
//#end
//#for c in STRETCHES
//#for i in 4
    sum${c}_${i} *= keep[${i}];
//#end
//#end
//#for c in STRETCHES
    workgroupBarrier();
    loadValue(0u, s, keyHead, ${c}u, lane);
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
  workgroupBarrier();
  partial[across * 8u + down] = total;
  workgroupBarrier();
  total = vec4f();
  for (var other = 0u; other < 8u; other++) { total += partial[other * 8u + down]; }
//#for c in STRETCHES
//#for i in 4
  if (query + ${i}u < tokens && ${c * 32}u + across * 4u < headSize) {
    let at = (query + ${i}u) * attendedRow + head * attendedStep + ${c * 32}u + across * 4u;
    let value = sum${c}_${i} / total[${i}];
//#if HEAD_SIZE % 4 == 0
    attended[at / 4u] = value;
//#else
//#for p in 4
    if (${c * 32 + p}u + across * 4u < headSize) { attended[at + ${p}u] = value[${p}]; }
//#end
//#end
  }
//#end
//#end
  if (across < 4u && query + across < tokens) {
    logSumExp[head * tokens + query + across] = largest[across] + log(total[across]);
  }
}
