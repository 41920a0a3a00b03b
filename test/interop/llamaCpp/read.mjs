// llama.cpp over GGUF files: `node read.mjs JOB ANSWERS`, where JOB is JSON {files: [path], texts: [string], prompt, tokens}, with
// `prompts`, ids by path, in the place of `prompt` where they are known; writes JSON by path: {ids of every text, greedy ids behind
// the prompt}. Without `tokens` files need no weights.
import { readFileSync, writeFileSync } from 'node:fs';
import { getLlama, LlamaLogLevel } from 'node-llama-cpp';

const { files, texts, prompt, prompts, tokens } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.error, progressLogs: false });

async function greedyTokens(model, ids) {
  const context = await model.createContext({ contextSize: 128, threads: 1 });
  const greedy = [];
  for await (const id of context.getSequence().evaluate(ids, { temperature: 0, yieldEogToken: true })) {
    greedy.push(id);
    if (greedy.length === tokens) break;
  }
  await context.dispose();
  return greedy;
}

const answers = {};
for (const modelPath of files) {
  const model = await llama.loadModel({ modelPath, gpuLayers: 0, checkTensors: true, vocabOnly: !tokens });
  const ids = texts.map((text) => [...model.tokenize(text, true)]);
  answers[modelPath] = {
    ids,
    greedy: tokens ? await greedyTokens(model, prompts?.[modelPath] ?? model.tokenize(prompt, true)) : [],
  };
  await model.dispose();
}
writeFileSync(process.argv[3], JSON.stringify(answers));
process.exit(0);
