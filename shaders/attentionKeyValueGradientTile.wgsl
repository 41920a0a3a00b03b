// dV[s, h', :] = sum over t and the heads h of group h' of P[t, s] dAttended[t, h, :]
// dK[s, h', :] = scale * sum of P[t, s] (dAttended[t, h, :] . v[s, h', :] - delta[h, t]) q[t, h, :]
// with P[t, s] = exp(scale * q . k - logSumExp[h, t]) and t in [s, documentEnd[s]).
//   q, dAttended f32 [tokens, heads * headSize];  k, v, dK, dV f32 [tokens, kvHeads * headSize], bound as ${PART};
//   or their heads side by side in one tensor (attentionPlaces.wgsl)
//   rows f32: as attentionDelta.wgsl lays them out;  documentEnd u32 [tokens]
// Tiles and stretches as in attentionTile.wgsl, turned about: a workgroup takes 32 keys of one key head past all queries
// that see them, 32 at a time, head after head of the group, so that the heads are summed in order and without atomics.
// TURN: dK is turned back by its rotary angles before the kernel ends (attentionTurn.wgsl).
const tokens = ${TOKENS}u;
const headSize = ${HEAD_SIZE}u;
const scale = ${SCALE};
//#include attentionPlaces

@group(0) @binding(0) var<storage, read> q: array<${PART}>;
@group(0) @binding(1) var<storage, read> k: array<${PART}>;
@group(0) @binding(2) var<storage, read> v: array<${PART}>;
@group(0) @binding(3) var<storage, read> documentEnd: array<u32>;
@group(0) @binding(4) var<storage, read> rows: array<f32>;
@group(0) @binding(5) var<storage, read> dAttended: array<${PART}>;
//#if JOINED
@group(0) @binding(6) var<storage, read_write> dWhole: array<${PART}>;
//#else
@group(0) @binding(6) var<storage, read_write> dK: array<${PART}>;
@group(0) @binding(7) var<storage, read_write> dV: array<${PART}>;
//#end

// Two operands, each [32][9] quads of dimensions by row: the ninth keeps neighbouring rows off the same memory banks.
var<workgroup> tile: array<vec4f, 576>;
// [32][8] quads of keys, by query.
var<workgroup> weights: array<vec4f, 256>;

//#include attentionTileLoad LOAD=loadQuery OPERAND=q PLACE=query
//#include attentionTileLoad LOAD=loadKey OPERAND=k PLACE=key
//#include attentionTileLoad LOAD=loadValue OPERAND=v PLACE=value
//#include attentionTileLoad LOAD=loadGradient OPERAND=dAttended PLACE=attended

//#if TURN
//#include attentionTurn OPERAND=${DK}
//#end

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let keyHead = group.y;
  let outHead = keyHead * ${D_KEY_STEP}u;
  let firstKey = group.x * 32u;
  let lastKey = min(firstKey + 31u, tokens - 1u);
  let lastEnd = documentEnd[lastKey];
  let across = lane % 8u;
  let down = lane / 8u;
  let key = firstKey + down * 4u;
  let token = min(vec4u(key, key + 1u, key + 2u, key + 3u), vec4u(lastKey));
  let end = vec4u(documentEnd[token.x], documentEnd[token.y], documentEnd[token.z], documentEnd[token.w]);
//#for c in STRETCHES
//#for i in 4
  var sumK${c}_${i} = vec4f();
  var sumV${c}_${i} = vec4f();
//#end
//#end
  for (var turn = 0u; turn < ${HEADS / KV_HEADS}u; turn++) {
    let head = keyHead * ${HEADS / KV_HEADS}u + turn;
    for (var t = firstKey; t < lastEnd; t += 32u) {
//#for j in 4
      var score${j} = vec4f();
      var dWeight${j} = vec4f();
//#end
      for (var stretch = 0u; stretch < ${STRETCHES}u; stretch++) {
        workgroupBarrier();
        loadKey(0u, firstKey, keyHead, stretch, lane);
        loadQuery(1u, t, head, stretch, lane);
        workgroupBarrier();
        for (var d = 0u; d < 8u; d++) {
//#for i in 4
          let k${i} = tile[(down * 4u + ${i}u) * 9u + d];
//#end
//#for j in 4
          let q${j} = tile[288u + (across + ${j * 8}u) * 9u + d];
          score${j} += vec4f(dot(k0, q${j}), dot(k1, q${j}), dot(k2, q${j}), dot(k3, q${j}));
//#end
        }
        workgroupBarrier();
        loadValue(0u, firstKey, keyHead, stretch, lane);
        loadGradient(1u, t, head, stretch, lane);
        workgroupBarrier();
        for (var d = 0u; d < 8u; d++) {
//#for i in 4
          let v${i} = tile[(down * 4u + ${i}u) * 9u + d];
//#end
//#for j in 4
          let g${j} = tile[288u + (across + ${j * 8}u) * 9u + d];
          dWeight${j} += vec4f(dot(v0, g${j}), dot(v1, g${j}), dot(v2, g${j}), dot(v3, g${j}));
//#end
        }
      }
//#for j in 4
      let query${j} = vec4u(t + across + ${j * 8}u);
      let row${j} = head * tokens + min(query${j}.x, tokens - 1u);
      let visible${j} = (query${j} >= token) & (query${j} < end);
      let weight${j} = select(vec4f(), exp(score${j} * scale - rows[row${j}]), visible${j});
      let dScore${j} = weight${j} * (dWeight${j} - rows[${HEADS}u * tokens + row${j}]) * scale;
      weights[(across + ${j * 8}u) * 8u + down] = weight${j};
//#end
//#for c in STRETCHES
      workgroupBarrier();
      loadGradient(0u, t, head, ${c}u, lane);
      workgroupBarrier();
      for (var row = 0u; row < 32u; row++) {
        let share = weights[row * 8u + down];
        let parts = tile[row * 9u + across];
//#for i in 4
        sumV${c}_${i} += share[${i}] * parts;
//#end
      }
//#end
      workgroupBarrier();
//#for j in 4
      weights[(across + ${j * 8}u) * 8u + down] = dScore${j};
//#end
//#for c in STRETCHES
      workgroupBarrier();
      loadQuery(0u, t, head, ${c}u, lane);
      workgroupBarrier();
      for (var row = 0u; row < 32u; row++) {
        let share = weights[row * 8u + down];
        let parts = tile[row * 9u + across];
//#for i in 4
        sumK${c}_${i} += share[${i}] * parts;
//#end
      }
//#end
    }
  }
//#for c in STRETCHES
//#for i in 4
  if (key + ${i}u < tokens && ${c * 32}u + across * 4u < headSize) {
    let at = (key + ${i}u) * ${D_KEY_ROW}u + outHead + ${D_KEY_START + c * 32}u + across * 4u;
    let value = sumK${c}_${i};
//#if HEAD_SIZE % 4 == 0
    ${DK}[at / 4u] = value;
//#else
//#for p in 4
    if (${c * 32 + p}u + across * 4u < headSize) { ${DK}[at + ${p}u] = value[${p}]; }
//#end
//#end
  }
//#end
//#end
//#for c in STRETCHES
//#for i in 4
  if (key + ${i}u < tokens && ${c * 32}u + across * 4u < headSize) {
    let at = (key + ${i}u) * ${D_KEY_ROW}u + outHead + ${D_VALUE_START + c * 32}u + across * 4u;
    let value = sumV${c}_${i};
//#if HEAD_SIZE % 4 == 0
    ${DV}[at / 4u] = value;
//#else
//#for p in 4
    if (${c * 32 + p}u + across * 4u < headSize) { ${DV}[at + ${p}u] = value[${p}]; }
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
    let token = firstKey + cell / ${ROTARY / 8}u;
    if (token <= lastKey) { turnBackQuad(token * ${D_KEY_ROW}u + outHead + ${D_KEY_START}u, token, cell % ${ROTARY / 8}u); }
  }
//#else
  if (firstKey + lane <= lastKey) { turnBack((firstKey + lane) * ${D_KEY_ROW}u + outHead + ${D_KEY_START}u, firstKey + lane, groups.z); }
//#end
//#end
}
