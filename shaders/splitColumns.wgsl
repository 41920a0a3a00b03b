// One part of rows that hold several side by side, group after group:
//   part[t, g * width + c] = whole[t, (g * parts + index) * width + c]
// or, joining, the other way; a part that is missing is joined as zeros.
//   whole f32 [tokens, groups * parts * width];  part f32 [tokens, groups * width]
// One invocation a value of the part.
const width = ${WIDTH}u;
const partRow = ${GROUPS * WIDTH}u;
const wholeRow = ${GROUPS * PARTS * WIDTH}u;

//#if JOIN
@group(0) @binding(0) var<storage, read_write> whole: array<f32>;
//#if PRESENT
@group(0) @binding(1) var<storage, read> part: array<f32>;
//#end
//#else
@group(0) @binding(0) var<storage, read> whole: array<f32>;
@group(0) @binding(1) var<storage, read_write> part: array<f32>;
//#end

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * 64u + lane;
  if (at >= ${TOKENS}u * partRow) { return; }
  let column = at % partRow;
  let source = at / partRow * wholeRow + (column / width * ${PARTS}u + ${INDEX}u) * width + column % width;
//#if JOIN
//#if PRESENT
  whole[source] = part[at];
//#else
  whole[source] = 0.0;
//#end
//#else
  part[at] = whole[source];
//#end
}
