// dTable[id - firstId, :] += scale * sum over the tokens t with ids[t] = id of dHidden[t, :], without atomics: the host sorts
// the token indices by id (stable), and each run of equal ids is summed in that order by one workgroup.
//   dHidden      f32 [tokens, hiddenSize]
//   sortedTokens u32 [tokens]   token indices in order of their id
//   sortedIds    u32 [tokens]   the ids in that order
//   dTable       f32 [segmentRows, hiddenSize]
// One workgroup a sorted position; all but the first of a run have nothing to do. Invocations share out the columns.
const hiddenSize = ${HIDDEN}u;
const tokens = ${TOKENS}u;
const firstId = ${FIRST_ID}u;

@group(0) @binding(0) var<storage, read> dHidden: array<f32>;
@group(0) @binding(1) var<storage, read> sortedTokens: array<u32>;
@group(0) @binding(2) var<storage, read> sortedIds: array<u32>;
@group(0) @binding(3) var<storage, read_write> dTable: array<f32>;

@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let start = group.y * groups.x + group.x;
  if (start >= tokens) { return; }
  let id = sortedIds[start];
  if (id < firstId || id - firstId >= ${ROWS}u) { return; }
  if (start > 0u && sortedIds[start - 1u] == id) { return; }
  var end = start + 1u;
  while (end < tokens && sortedIds[end] == id) { end++; }
  for (var column = lane; column < hiddenSize; column += ${LANES}u) {
    var sum = 0.0;
    for (var at = start; at < end; at++) { sum += dHidden[sortedTokens[at] * hiddenSize + column]; }
    dTable[(id - firstId) * hiddenSize + column] += sum * ${SCALE};
  }
}
