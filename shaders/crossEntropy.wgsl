// For a chunk of tokens: tokenLoss[t] = log(sum over c of exp(logits[t, c])) - logits[t, targets[t]] in nats, and, when
// differentiated, in the same pass logits[t, c] becomes its gradient (softmax[t, c] - [c = targets[t]]) * lossScale.
//   targets u32 [chunk], ${IGNORED} is ignored: loss and gradient are exactly 0
//   lossScale f32 [1];  logits f32 [chunk, columns] in place;  tokenLoss f32 [chunk]
// One workgroup a token; each lane keeps an online maximum and sum over every LANES-th column, joined at the end.
const columns = ${COLUMNS}u;
const lanes = ${LANES}u;

@group(0) @binding(0) var<storage, read> targets: array<u32>;
//#if DIFFERENTIATE
@group(0) @binding(1) var<storage, read> lossScale: array<f32>;
@group(0) @binding(2) var<storage, read_write> logits: array<f32>;
@group(0) @binding(3) var<storage, read_write> tokenLoss: array<f32>;
//#else
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read_write> tokenLoss: array<f32>;
//#end

var<workgroup> laneLargest: array<f32, ${LANES}>;
var<workgroup> laneTotal: array<f32, ${LANES}>;

@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let token = group.y * groups.x + group.x;
  if (token >= ${TOKENS}u) { return; }
  let row = token * columns;
  let ignored = targets[token] == ${IGNORED}u;
  let target_ = targets[token] - ${FIRST_ID}u;
  var largest = -1e30;
  var total = 0.0;
  for (var column = lane; column < columns; column += lanes * 4u) {
    let last = columns - 1u;
    let a = logits[row + column];
    let b = select(-1e30, logits[row + min(column + lanes, last)], column + lanes < columns);
    let c = select(-1e30, logits[row + min(column + lanes * 2u, last)], column + lanes * 2u < columns);
    let d = select(-1e30, logits[row + min(column + lanes * 3u, last)], column + lanes * 3u < columns);
    let newLargest = max(largest, max(max(a, b), max(c, d)));
    total = total * exp(largest - newLargest)
      + exp(a - newLargest) + exp(b - newLargest) + exp(c - newLargest) + exp(d - newLargest);
    largest = newLargest;
  }
  laneLargest[lane] = largest;
  laneTotal[lane] = total;
  workgroupBarrier();
  for (var half = lanes / 2u; half > 0u; half /= 2u) {
    if (lane < half) {
      let joined = max(laneLargest[lane], laneLargest[lane + half]);
      laneTotal[lane] = laneTotal[lane] * exp(laneLargest[lane] - joined)
        + laneTotal[lane + half] * exp(laneLargest[lane + half] - joined);
      laneLargest[lane] = joined;
    }
    workgroupBarrier();
  }
  let logSumExp = laneLargest[0] + log(laneTotal[0]);
  if (lane == 0u) { tokenLoss[token] = select(logSumExp - logits[row + min(target_, columns - 1u)], 0.0, ignored); }
//#if DIFFERENTIATE
  // The target's own logit must be read before any lane overwrites it.
  workgroupBarrier();
  storageBarrier();
  let share = select(lossScale[0], 0.0, ignored);
  for (var column = lane; column < columns; column += lanes) {
    let probability = exp(logits[row + column] - logSumExp);
    logits[row + column] = select((probability - select(0.0, 1.0, column == target_)) * share, 0.0, ignored);
  }
//#end
}
