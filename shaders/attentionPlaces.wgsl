// A part of the attention kernels: where the first value of a head of a token lies,
//   token * Row + head * Step + Start,
// in tensors of their own, or side by side in the one that a projection made of all three (attentionPlaces.ts).
const queryRow = ${QUERY_ROW}u;
const queryStep = ${QUERY_STEP}u;
const queryStart = ${QUERY_START}u;
const keyRow = ${KEY_ROW}u;
const keyStep = ${KEY_STEP}u;
const keyStart = ${KEY_START}u;
const valueRow = ${KEY_ROW}u;
const valueStep = ${KEY_STEP}u;
const valueStart = ${VALUE_START}u;
const attendedRow = ${HEADS * HEAD_SIZE}u;
const attendedStep = ${HEAD_SIZE}u;
const attendedStart = 0u;
