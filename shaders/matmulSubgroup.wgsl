enable subgroups;
// The same product as matmulLane.wgsl, without workgroup memory: a subgroup shares what it reads of `left`.
//   product[i, j] = sum over k of left(i, k) * right(k, j) [+ bias[j]], stored as matmulEpilogue.wgsl says
//   left  f32, at leftOffset + i * leftRow + k * leftDepth
//   right as it is stored, at k * rightDepth + j * rightColumn
//   product f32, at productOffset + i * productRow + j;  bias as it is stored [columns]
// A workgroup computes ROW_TILE rows x (LANES * COLUMN_TILE) columns; invocations lie along the columns, and all of them need the
// same rows. Each invocation of a subgroup reads another k of those rows, and hands it to the others by a shuffle. That is
// right for any subgroup size, known only when it runs, and for any way in which invocations are put into subgroups, as long as
// no subgroup is larger than the workgroup (LANES).
// STEP: four k at a time where `right` is contiguous along them and all sizes are multiples of 4, else one.
const rows = ${M}u;
const columns = ${N}u;
const depth = ${K}u;

@group(0) @binding(0) var<storage, read> left: array<f32>;
@group(0) @binding(2) var<storage, read_write> product: array<f32>;
//#if STEP == 4
//#include storedQuad NAME=right AS=RIGHT BINDING=1
//#else
//#include storedValue NAME=right AS=RIGHT BINDING=1
//#end
//#if BIAS
//#include storedValue NAME=bias AS=BIAS BINDING=3
//#end

//#include matmulEpilogue VALUE=f32

@compute @workgroup_size(${LANES})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_size) size: u32,
  @builtin(subgroup_invocation_id) own: u32,
) {
  let row = group.y * ${ROW_TILE}u;
  let column = group.x * ${LANES * COLUMN_TILE}u + lane;
//#for i in ROW_TILE
  let left${i} = ${LEFT_OFFSET}u + min(row + ${i}u, rows - 1u) * ${LEFT_ROW}u;
//#for j in COLUMN_TILE
  var sum${i}_${j} = 0.0;
//#end
//#end
//#for j in COLUMN_TILE
  let column${j} = column + ${j * LANES}u;
  let right${j} = min(column${j}, columns - 1u) * ${RIGHT_COLUMN}u;
//#end
  // groups.z is 1, which the compiler cannot know: it would unroll a short loop of known length.
  for (var start = 0u; start < depth * groups.z; start += size) {
    let k = min(start + own, depth - 1u) * ${LEFT_DEPTH}u;
//#for i in ROW_TILE
    let own${i} = left[left${i} + k];
//#end
    let count = min(size, depth - start);
    for (var turn = 0u; turn < count; turn += ${STEP}u) {
//#for j in COLUMN_TILE
//#if STEP == 4
      let r${j} = rightQuad((start + turn) * ${RIGHT_DEPTH}u + right${j});
//#else
      let r${j} = vec4f(rightValue((start + turn) * ${RIGHT_DEPTH}u + right${j}));
//#end
//#end
//#for q in STEP
//#for i in ROW_TILE
      let l${q}_${i} = subgroupShuffle(own${i}, turn + ${q}u);
//#for j in COLUMN_TILE
      sum${i}_${j} = fma(l${q}_${i}, r${j}[${q}], sum${i}_${j});
//#end
//#end
//#end
    }
  }
//#if BIAS
//#for j in COLUMN_TILE
  let bias${j} = biasValue(min(column${j}, columns - 1u));
//#end
//#end
  let end = min(row + ${ROW_TILE}u, rows);
  for (var i = row; i < end; i++) {
    let at = ${PRODUCT_OFFSET}u + i * ${PRODUCT_ROW}u;
//#for j in COLUMN_TILE
    if (column${j} < columns) {
//#if BIAS
      store(at + column${j}, sum0_${j} + bias${j});
//#else
      store(at + column${j}, sum0_${j});
//#end
    }
//#for i in ROW_TILE - 1
    sum${i}_${j} = sum${i + 1}_${j};
//#end
//#end
  }
}
