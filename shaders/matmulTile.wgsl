// The same product as matmulLane.wgsl for real GPUs: tiles of both operands go through workgroup memory.
//   product[i, j] = sum over k of left(i, k) * right(k, j) [+ bias[j]], stored as matmulEpilogue.wgsl says
//   left  f32, at leftOffset + i * leftRow + k * leftDepth
//   right as it is stored, at k * rightDepth + j * rightColumn
//   product f32, at productOffset + i * productRow + j;  bias as it is stored [columns]
// A workgroup computes 64 x 64 of the product, THREAD x THREAD an invocation, 16 of the summed dimension at a time.
// Workgroup memory holds both tiles with four neighbouring rows (or columns) in a vec4f. Invocations lie along whichever
// dimension is contiguous when they load. Past an edge zeros are loaded, tested only where a size is ragged.
const rows = ${M}u;
const columns = ${N}u;
const depth = ${K}u;
const side = ${64 / THREAD}u;
const lanes = ${64 / THREAD * 64 / THREAD}u;

@group(0) @binding(0) var<storage, read> left: array<f32>;
@group(0) @binding(2) var<storage, read_write> product: array<f32>;
//#include storedValue NAME=right AS=RIGHT BINDING=1
//#if BIAS
//#include storedValue NAME=bias AS=BIAS BINDING=3
//#end

// [16][64 / 4], by the summed dimension, then by quads of rows or columns.
var<workgroup> leftTile: array<vec4f, 256>;
var<workgroup> rightTile: array<vec4f, 256>;

fn leftAt(row: u32, k: u32) -> f32 {
//#if M % 64 == 0 && K % 16 == 0
  return left[${LEFT_OFFSET}u + row * ${LEFT_ROW}u + k * ${LEFT_DEPTH}u];
//#else
  let value = left[${LEFT_OFFSET}u + min(row, rows - 1u) * ${LEFT_ROW}u + min(k, depth - 1u) * ${LEFT_DEPTH}u];
  return select(0.0, value, (row < rows) & (k < depth));
//#end
}

fn rightAt(k: u32, column: u32) -> f32 {
//#if N % 64 == 0 && K % 16 == 0
  let index = k * ${RIGHT_DEPTH}u + column * ${RIGHT_COLUMN}u;
//#else
  let index = min(k, depth - 1u) * ${RIGHT_DEPTH}u + min(column, columns - 1u) * ${RIGHT_COLUMN}u;
//#end
  let value = rightValue(index);
//#if N % 64 == 0 && K % 16 == 0
  return value;
//#else
  return select(0.0, value, (column < columns) & (k < depth));
//#end
}

//#include matmulEpilogue VALUE=f32

@compute @workgroup_size(${64 / THREAD * 64 / THREAD})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let firstRow = group.y * 64u;
  let firstColumn = group.x * 64u;
  let rowQuad = lane / side;
  let columnQuad = lane % side;
//#for i in THREAD
//#for j in THREAD / 4
  var sum${i}_${j} = vec4f();
//#end
//#end
  for (var start = 0u; start < depth; start += 16u) {
    for (var cell = lane; cell < 256u; cell += lanes) {
//#if LEFT_DEPTH == 1
      let k = cell % 16u;
      let quad = cell / 16u;
//#else
      let k = cell / 16u;
      let quad = cell % 16u;
//#end
      let row = firstRow + quad * 4u;
      leftTile[k * 16u + quad] =
        vec4f(leftAt(row, start + k), leftAt(row + 1u, start + k), leftAt(row + 2u, start + k), leftAt(row + 3u, start + k));
    }
    for (var cell = lane; cell < 256u; cell += lanes) {
//#if RIGHT_DEPTH == 1
      let k = cell % 16u;
      let quad = cell / 16u;
//#else
      let k = cell / 16u;
      let quad = cell % 16u;
//#end
      let column = firstColumn + quad * 4u;
      rightTile[k * 16u + quad] = vec4f(
        rightAt(start + k, column),
        rightAt(start + k, column + 1u),
        rightAt(start + k, column + 2u),
        rightAt(start + k, column + 3u),
      );
    }
    workgroupBarrier();
    for (var k = 0u; k < 16u; k++) {
//#for j in THREAD / 4
      let right${j} = rightTile[k * 16u + ${j}u * side + columnQuad];
//#end
//#for i in THREAD / 4
      let left${i} = leftTile[k * 16u + ${i}u * side + rowQuad];
//#for r in 4
//#for j in THREAD / 4
      sum${i * 4 + r}_${j} = fma(vec4f(left${i}[${r}]), right${j}, sum${i * 4 + r}_${j});
//#end
//#end
//#end
    }
    workgroupBarrier();
  }
  // The tile moves up by one row a turn, so that the stores stand here once and not once a row.
  for (var i = 0u; i < ${THREAD}u; i++) {
    let row = firstRow + (i / 4u * side + rowQuad) * 4u + i % 4u;
    if (row >= rows) { break; }
//#for j in THREAD / 4
//#for c in 4
    {
      let column = firstColumn + (${j}u * side + columnQuad) * 4u + ${c}u;
      let at = ${PRODUCT_OFFSET}u + row * ${PRODUCT_ROW}u + column;
      if (column < columns) {
//#if BIAS
        store(at, sum0_${j}[${c}] + biasValue(column));
//#else
        store(at, sum0_${j}[${c}]);
//#end
      }
    }
//#end
//#for n in THREAD - 1
    sum${n}_${j} = sum${n + 1}_${j};
//#end
//#end
  }
}
