// hidden[t, :] = table[ids[t] - firstId, :] * scale for ids inside this segment of the vocabulary.
//   ids    u32 [tokens]
//   table  as it is stored [segmentRows, hiddenSize]
//   hidden f32 [tokens, hiddenSize]
// Other segments' ids are left alone, except that the first segment's dispatch clears their rows.
// One invocation an element.
const hiddenSize = ${HIDDEN}u;
const firstId = ${FIRST_ID}u;
const segmentRows = ${ROWS}u;

@group(0) @binding(0) var<storage, read> ids: array<u32>;
@group(0) @binding(2) var<storage, read_write> hidden: array<f32>;
//#include storedValue NAME=table AS=TABLE BINDING=1

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let element = (group.y * groups.x + group.x) * 64u + lane;
  if (element >= ${TOKENS}u * hiddenSize) { return; }
  let id = ids[element / hiddenSize];
  if (id >= firstId && id - firstId < segmentRows) {
    let source = (id - firstId) * hiddenSize + element % hiddenSize;
    hidden[element] = tableValue(source) * ${SCALE};
  }
//#if CLEAR
  else { hidden[element] = 0.0; }
//#end
}
