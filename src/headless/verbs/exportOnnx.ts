/**
 * `export --to onnx`: the folder that transformers.js loads. What was written is opened by onnxruntime-web and compared with
 * the engine that trains.
 */
import { folderSink, folderTree } from '../../checkpoint/node';
import type { Engine } from '../../engine/index';
import { LabError } from '../../error';
import {
  earlierGraft,
  ModelSession,
  onnxDtypes,
  proveOnnx,
  writeOnnxModel,
  type ExportReport,
  type LoadedModel,
  type NewToken,
} from '../../lab/index';
import type { Answer } from '../answer';
import type { Command } from '../arguments';
import { nodeEngine } from '../engine';
import { nodeOnnxRuntime } from '../onnxRuntime';
import { progressLine } from '../stdout';
import { modelFiles, modelOf, modelPath } from './model';
import { outFolder } from './outFolder';

type Dtype = (typeof onnxDtypes)[number];
type Proof = ExportReport['verification'];

export async function exportOnnx(command: Command): Promise<Answer> {
  const dtypes = chosenDtypes(command.text('dtype') ?? 'f32');
  const out = await outFolder(command, [modelPath(command)]);
  const onProgress = progressLine();
  const model = await modelOf(command);
  const earlier = await earlierGraft(await modelFiles(command), model);
  const newTokens = earlier?.newTokens ?? [];
  const { readme } = model.checkpoint;
  const exported = {
    model,
    newTokens,
    extras: {},
    ...(readme === undefined ? {} : { card: readme }),
  };
  await writeOnnxModel(await folderSink(out), exported, dtypes, { onProgress });
  const proofs = await proofsOf(await nodeEngine(command), model, newTokens, dtypes, out);
  const failed = proofs.find(({ passed }) => !passed);
  if (failed) {
    throw new LabError(
      'lab/verification-failed',
      `The written model (${failed.onnx!.dtype}) differs from the source by ${failed.largestLogitDifference} in its logits.`,
      'Do not use the folder; please report this with the name of the adapter.',
      { proofs },
    );
  }
  const files = (await folderTree(out, { deep: true })).list();
  const said = proofs.map(
    (proof) => `${proof.onnx!.dtype}: largest logit difference ${proof.largestLogitDifference.toExponential(1)}`,
  );
  return {
    value: { out, dtypes, files, proofs },
    text: `${said.join('; ')}; written to ${out}`,
  };
}

async function proofsOf(
  engine: Engine,
  model: LoadedModel,
  newTokens: readonly NewToken[],
  dtypes: readonly Dtype[],
  out: string,
): Promise<Proof[]> {
  const runtime = await nodeOnnxRuntime();
  const tree = await folderTree(out, { deep: true });
  const session = await ModelSession.open(engine, model);
  const text = `${newTokens
    .slice(0, 40)
    .map((token) => token.text)
    .join(' ')} ${provedText}`;
  const proofs: Proof[] = [];
  try {
    for (const dtype of dtypes) {
      proofs.push(await proveOnnx(runtime, tree, { dtype, session, tokenizer: model.tokenizer, text }));
    }
  } finally {
    session.close();
  }
  return proofs;
}

/** Read by the proof after the model's new tokens. */
const provedText =
  'Once upon a time, in a town by the sea, 3 ships lay waiting for a wind from the north-east; nobody knew (or said) why.';

/** Throws `headless/bad-arguments`, naming the type. */
function chosenDtypes(list: string): Dtype[] {
  return [...new Set(list.split(',').map((name) => name.trim()))].map((name) => {
    const found = onnxDtypes.find((dtype) => dtype === name);
    if (found) return found;
    throw new LabError(
      'headless/bad-arguments',
      `\`--dtype\` cannot be \`${name}\` for ONNX.`,
      `Of ${onnxDtypes.join(', ')}, one or several with commas.`,
    );
  });
}
