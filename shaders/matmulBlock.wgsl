//#if HALF
enable f16;
//#end
// The same product as matmulLane.wgsl for GPUs: tiles of both operands go through workgroup memory, twice buffered.
//   product[i, j] = sum over k of left(i, k) * right(k, j) [+ bias[j]], stored as matmulEpilogue.wgsl says
//   left  f32, at leftOffset + i * leftRow + k * leftDepth
//   right as it is stored, at k * rightDepth + j * rightColumn
//   product f32, at productOffset + i * productRow + j;  bias as it is stored [columns]
// A workgroup computes TILE_ROWS x TILE_COLUMNS of the product, THREAD_ROWS x THREAD_COLUMNS an invocation, a slab of SLAB of
// the summed dimension at a time. While a slab is multiplied, the next one is on its way into registers; then it goes into the
// other half of workgroup memory, and one barrier a slab is enough.
// Operands are loaded in blocks of 4 x 4, as four vectors along whichever dimension is contiguous (LEFT_VECTOR, RIGHT_VECTOR: sizes
// and strides are multiples of 4) or value by value, and lie in workgroup memory by the summed dimension, then by quads of rows
// (or columns). Past an edge zeros are loaded, tested only where a size is ragged.
// HALF: both tiles are f16, four neighbours of the summed dimension are multiplied and added in f16, and their sum is added to f32.
// What may be too small for f16 (a gradient) is multiplied by a power of two when it is loaded, and the sum divided by it.
const rows = ${M}u;
const columns = ${N}u;
const depth = ${K}u;
const rowQuads = ${TILE_ROWS / 4}u;
const columnQuads = ${TILE_COLUMNS / 4}u;
const slab = ${SLAB}u;
const lanes = ${TILE_ROWS / THREAD_ROWS * (TILE_COLUMNS / THREAD_COLUMNS)}u;
// Invocations down and across the tile.
const rowLanes = ${TILE_ROWS / THREAD_ROWS}u;
const columnLanes = ${TILE_COLUMNS / THREAD_COLUMNS}u;
const leftBlocks = ${TILE_ROWS / 4 * (SLAB / 4)}u;
const rightBlocks = ${TILE_COLUMNS / 4 * (SLAB / 4)}u;

//#if HALF
alias quad = vec4<f16>;
//#else
alias quad = vec4f;
//#end

//#if LEFT_VECTOR
@group(0) @binding(0) var<storage, read> left: array<vec4f>;
//#else
@group(0) @binding(0) var<storage, read> left: array<f32>;
//#end
@group(0) @binding(2) var<storage, read_write> product: array<Value>;
//#if RIGHT_VECTOR
//#include storedQuad NAME=right AS=RIGHT BINDING=1
//#else
//#include storedValue NAME=right AS=RIGHT BINDING=1
//#end
//#if BIAS
//#include storedValue NAME=bias AS=BIAS BINDING=3
//#end

//#if PRODUCT_VECTOR
//#include matmulEpilogue VALUE=vec4f
//#else
//#include matmulEpilogue VALUE=f32
//#end

// [2][SLAB][quads]
var<workgroup> leftTiles: array<quad, ${2 * SLAB * (TILE_ROWS / 4)}>;
var<workgroup> rightTiles: array<quad, ${2 * SLAB * (TILE_COLUMNS / 4)}>;

//#if LEFT_VECTOR
// Four neighbours along the contiguous dimension; whole quads are inside or outside.
fn leftQuad(row: u32, k: u32) -> vec4f {
//#if M % TILE_ROWS == 0 && K % SLAB == 0
  return left[(${LEFT_OFFSET}u + row * ${LEFT_ROW}u + k * ${LEFT_DEPTH}u) / 4u];
//#else
  let value = left[(${LEFT_OFFSET}u + min(row, rows - 1u) * ${LEFT_ROW}u + min(k, depth - 1u) * ${LEFT_DEPTH}u) / 4u];
  return select(vec4f(), value, (row < rows) & (k < depth));
//#end
}
//#else
fn leftAt(row: u32, k: u32) -> f32 {
  let value = left[${LEFT_OFFSET}u + min(row, rows - 1u) * ${LEFT_ROW}u + min(k, depth - 1u) * ${LEFT_DEPTH}u];
  return select(0.0, value, (row < rows) & (k < depth));
}
//#end

// Of four rows and four k: a vector over the rows for each k.
fn leftBlock(row: u32, k: u32) -> mat4x4f {
//#if LEFT_VECTOR
//#if LEFT_DEPTH == 1
  return transpose(mat4x4f(leftQuad(row, k), leftQuad(row + 1u, k), leftQuad(row + 2u, k), leftQuad(row + 3u, k)));
//#else
  return mat4x4f(leftQuad(row, k), leftQuad(row, k + 1u), leftQuad(row, k + 2u), leftQuad(row, k + 3u));
//#end
//#else
  return mat4x4f(
//#for c in 4
    leftAt(row, k + ${c}u), leftAt(row + 1u, k + ${c}u), leftAt(row + 2u, k + ${c}u), leftAt(row + 3u, k + ${c}u),
//#end
  );
//#end
}

//#if RIGHT_VECTOR
fn rightQuadOf(k: u32, column: u32) -> vec4f {
//#if N % TILE_COLUMNS == 0 && K % SLAB == 0
  let index = k * ${RIGHT_DEPTH}u + column * ${RIGHT_COLUMN}u;
//#else
  let index = (min(k, depth - 1u) * ${RIGHT_DEPTH}u + min(column, columns - 1u) * ${RIGHT_COLUMN}u) & ~3u;
//#end
  let value = rightQuad(index);
//#if N % TILE_COLUMNS == 0 && K % SLAB == 0
  return value;
//#else
  return select(vec4f(), value, (column < columns) & (k < depth));
//#end
}
//#else
fn rightAt(k: u32, column: u32) -> f32 {
  let index = min(k, depth - 1u) * ${RIGHT_DEPTH}u + min(column, columns - 1u) * ${RIGHT_COLUMN}u;
  return select(0.0, rightValue(index), (column < columns) & (k < depth));
}
//#end

// Of four k and four columns: a vector over the columns for each k.
fn rightBlock(k: u32, column: u32) -> mat4x4f {
//#if RIGHT_VECTOR
//#if RIGHT_DEPTH == 1
  return transpose(
    mat4x4f(rightQuadOf(k, column), rightQuadOf(k, column + 1u), rightQuadOf(k, column + 2u), rightQuadOf(k, column + 3u)));
//#else
  return mat4x4f(rightQuadOf(k, column), rightQuadOf(k + 1u, column), rightQuadOf(k + 2u, column), rightQuadOf(k + 3u, column));
//#end
//#else
  return mat4x4f(
//#for c in 4
    rightAt(k + ${c}u, column), rightAt(k + ${c}u, column + 1u), rightAt(k + ${c}u, column + 2u), rightAt(k + ${c}u, column + 3u),
//#end
  );
//#end
}

// Where a block of the left tile lies: its quad of rows and its four k. Neighbours lie along the contiguous dimension.
fn leftPlace(cell: u32) -> vec2u {
//#if LEFT_DEPTH == 1
  return vec2u(cell / ${SLAB / 4}u, cell % ${SLAB / 4}u);
//#else
  return vec2u(cell % rowQuads, cell / rowQuads);
//#end
}

fn rightPlace(cell: u32) -> vec2u {
//#if RIGHT_DEPTH == 1
  return vec2u(cell / ${SLAB / 4}u, cell % ${SLAB / 4}u);
//#else
  return vec2u(cell % columnQuads, cell / columnQuads);
//#end
}

fn loadLeft(cell: u32, firstRow: u32, start: u32) -> mat4x4f {
  let place = leftPlace(cell);
  return leftBlock(firstRow + place.x * 4u, start + place.y * 4u);
}

fn loadRight(cell: u32, firstColumn: u32, start: u32) -> mat4x4f {
  let place = rightPlace(cell);
  return rightBlock(start + place.y * 4u, firstColumn + place.x * 4u);
}

fn storeLeft(half: u32, cell: u32, values: mat4x4f) {
  let place = leftPlace(cell);
  let at = (half * slab + place.y * 4u) * rowQuads + place.x;
//#for c in 4
//#if HALF
  leftTiles[at + ${c}u * rowQuads] = quad(values[${c}] * ${LEFT_SCALE});
//#else
  leftTiles[at + ${c}u * rowQuads] = values[${c}];
//#end
//#end
}

fn storeRight(half: u32, cell: u32, values: mat4x4f) {
  let place = rightPlace(cell);
  let at = (half * slab + place.y * 4u) * columnQuads + place.x;
//#for c in 4
//#if HALF
  rightTiles[at + ${c}u * columnQuads] = quad(values[${c}] * ${RIGHT_SCALE});
//#else
  rightTiles[at + ${c}u * columnQuads] = values[${c}];
//#end
//#end
}

@compute @workgroup_size(${TILE_ROWS / THREAD_ROWS * (TILE_COLUMNS / THREAD_COLUMNS)})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let firstRow = group.y * ${TILE_ROWS}u;
  let firstColumn = group.x * ${TILE_COLUMNS}u;
  let rowQuad = lane / columnLanes;
  let columnQuad = lane % columnLanes;
//#for i in THREAD_ROWS
//#for j in THREAD_COLUMNS / 4
  var sum${i}_${j} = vec4f();
//#end
//#end
  // groups.z is 1, which the compiler cannot know: it would unroll a short loop of known length. The first turn only loads.
  for (var turn = 0u; turn < ${(K + SLAB - 1) / SLAB + 1}u * groups.z; turn++) {
    let start = turn * slab;
    let hasNext = start < depth;
//#for n in LOADS
    var next${n} = mat4x4f();
//#end
    if (hasNext) {
//#for n in LOADS
      {
        let cell = lane + ${n}u * lanes;
//#if (n + 1) * LANES <= LEFT_BLOCKS
        next${n} = loadLeft(cell, firstRow, start);
//#else
//#if n * LANES >= LEFT_BLOCKS && (n + 1) * LANES <= LEFT_BLOCKS + RIGHT_BLOCKS
        next${n} = loadRight(cell - leftBlocks, firstColumn, start);
//#else
        if (cell < leftBlocks) {
          next${n} = loadLeft(cell, firstRow, start);
        } else if (cell < leftBlocks + rightBlocks) {
          next${n} = loadRight(cell - leftBlocks, firstColumn, start);
        }
//#end
//#end
      }
//#end
    }
    if (turn > 0u) {
      let leftBase = ((turn + 1u) % 2u) * slab * rowQuads + rowQuad;
      let rightBase = ((turn + 1u) % 2u) * slab * columnQuads + columnQuad;
//#if HALF
      for (var k = 0u; k < slab; k += 4u) {
//#for q in 4
//#for j in THREAD_COLUMNS / 4
        let right${q}_${j} = rightTiles[rightBase + (k + ${q}u) * columnQuads + ${j}u * columnLanes];
//#end
//#for i in THREAD_ROWS / 4
        let left${q}_${i} = leftTiles[leftBase + (k + ${q}u) * rowQuads + ${i}u * rowLanes];
//#end
//#end
//#for i in THREAD_ROWS / 4
//#for r in 4
//#for j in THREAD_COLUMNS / 4
        sum${i * 4 + r}_${j} += vec4f(
          fma(quad(left3_${i}[${r}]), right3_${j}, fma(quad(left2_${i}[${r}]), right2_${j},
            fma(quad(left1_${i}[${r}]), right1_${j}, left0_${i}[${r}] * right0_${j}))));
//#end
//#end
//#end
      }
//#else
      for (var k = 0u; k < slab; k++) {
//#for j in THREAD_COLUMNS / 4
        let right${j} = rightTiles[rightBase + k * columnQuads + ${j}u * columnLanes];
//#end
//#for i in THREAD_ROWS / 4
        let left${i} = leftTiles[leftBase + k * rowQuads + ${i}u * rowLanes];
//#for r in 4
//#for j in THREAD_COLUMNS / 4
        sum${i * 4 + r}_${j} = fma(vec4f(left${i}[${r}]), right${j}, sum${i * 4 + r}_${j});
//#end
//#end
//#end
      }
//#end
    }
    if (hasNext) {
      let half = turn % 2u;
//#for n in LOADS
      {
        let cell = lane + ${n}u * lanes;
//#if (n + 1) * LANES <= LEFT_BLOCKS
        storeLeft(half, cell, next${n});
//#else
//#if n * LANES >= LEFT_BLOCKS && (n + 1) * LANES <= LEFT_BLOCKS + RIGHT_BLOCKS
        storeRight(half, cell - leftBlocks, next${n});
//#else
        if (cell < leftBlocks) {
          storeLeft(half, cell, next${n});
        } else if (cell < leftBlocks + rightBlocks) {
          storeRight(half, cell - leftBlocks, next${n});
        }
//#end
//#end
      }
//#end
    }
    workgroupBarrier();
  }
  // The tile moves up by one row a turn, so that the stores stand here once and not once a row.
  for (var i = 0u; i < ${THREAD_ROWS}u; i++) {
    let row = firstRow + (i / 4u * rowLanes + rowQuad) * 4u + i % 4u;
    if (row >= rows) { break; }
//#for j in THREAD_COLUMNS / 4
    {
      let column = firstColumn + (${j}u * columnLanes + columnQuad) * 4u;
      let at = ${PRODUCT_OFFSET}u + row * ${PRODUCT_ROW}u + column;
//#if HALF
      let value = sum0_${j} * ${SUM_SCALE};
//#else
      let value = sum0_${j};
//#end
//#if PRODUCT_VECTOR
      if (column < columns) {
//#if BIAS
        store(at / 4u, value + vec4f(biasValue(column), biasValue(column + 1u), biasValue(column + 2u), biasValue(column + 3u)));
//#else
        store(at / 4u, value);
//#end
      }
//#else
//#for c in 4
      if (column + ${c}u < columns) {
//#if BIAS
        store(at + ${c}u, value[${c}] + biasValue(column + ${c}u));
//#else
        store(at + ${c}u, value[${c}]);
//#end
      }
//#end
//#end
    }
//#for n in THREAD_ROWS - 1
    sum${n}_${j} = sum${n + 1}_${j};
//#end
//#end
  }
}
