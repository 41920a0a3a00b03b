// The mask of attention, narrowed: token t sees at most `window` tokens, itself the last of them.
//   windowStart[t] = max(documentStart[t], t + 1 - window),  windowEnd[s] = min(documentEnd[s], s + window)
//   all u32 [tokens]
// One invocation a token.
const window = ${WINDOW}u;

@group(0) @binding(0) var<storage, read> documentStart: array<u32>;
@group(0) @binding(1) var<storage, read> documentEnd: array<u32>;
@group(0) @binding(2) var<storage, read_write> windowStart: array<u32>;
@group(0) @binding(3) var<storage, read_write> windowEnd: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let token = (group.y * groups.x + group.x) * 64u + lane;
  if (token >= ${TOKENS}u) { return; }
  windowStart[token] = max(documentStart[token], token + 1u - min(window, token + 1u));
  windowEnd[token] = min(documentEnd[token], token + window);
}
