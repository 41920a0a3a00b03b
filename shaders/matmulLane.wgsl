// product[i, j] = sum over k of left(i, k) * right(k, j) [+ bias[j]], stored as matmulEpilogue.wgsl says; any of the three forms
// of a linear layer by strides alone (see ops/matmul.ts). No workgroup memory and no barriers: software adapters are slow at
// both, and fastest with tall tiles of named scalars.
//   left  f32, at leftOffset + i * leftRow + k * leftDepth
//   right as it is stored, at k * rightDepth + j * rightColumn
//   product f32, at productOffset + i * productRow + j;  bias as it is stored [columns]
// A workgroup computes ROW_TILE rows x (LANES * COLUMN_TILE) columns. Lanes lie along the columns, so `left` is read
// once for all of them. Reads past the edge are clamped, and their results not stored.
// The rows are stored by a loop that moves the tile up by one: software adapters expand every store into a branch a
// lane, and storing each scalar by itself took 8 s to compile on lavapipe against 1.7 s.
const rows = ${M}u;
const columns = ${N}u;
const depth = ${K}u;

@group(0) @binding(0) var<storage, read> left: array<f32>;
@group(0) @binding(2) var<storage, read_write> product: array<f32>;
//#include storedValue NAME=right AS=RIGHT BINDING=1
//#if BIAS
//#include storedValue NAME=bias AS=BIAS BINDING=3
//#end

//#include matmulEpilogue VALUE=f32

@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.y * ${ROW_TILE}u;
  let column = group.x * ${LANES * COLUMN_TILE}u + lane;
//#for i in ROW_TILE
//#if M % ROW_TILE == 0
  let left${i} = ${LEFT_OFFSET}u + (row + ${i}u) * ${LEFT_ROW}u;
//#else
  let left${i} = ${LEFT_OFFSET}u + min(row + ${i}u, rows - 1u) * ${LEFT_ROW}u;
//#end
//#for j in COLUMN_TILE
  var sum${i}_${j} = 0.0;
//#end
//#end
//#for j in COLUMN_TILE
  let column${j} = column + ${j * LANES}u;
  let right${j} = min(column${j}, columns - 1u) * ${RIGHT_COLUMN}u;
//#end
  // groups.z is 1, which the compiler cannot know: it would unroll a short loop of known length.
  for (var k = 0u; k < depth * groups.z; k++) {
//#for j in COLUMN_TILE
    let r${j} = rightValue(k * ${RIGHT_DEPTH}u + right${j});
//#end
//#for i in ROW_TILE
    let l${i} = left[left${i} + k * ${LEFT_DEPTH}u];
//#for j in COLUMN_TILE
    sum${i}_${j} = fma(l${i}, r${j}, sum${i}_${j});
//#end
//#end
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
