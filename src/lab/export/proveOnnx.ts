/**
 * The deployment proof: the exact bytes of a written ONNX folder, opened by onnxruntime-web, against the engine. The
 * engine computes with the weights as the file holds them, so what may differ is the order of sums and, in f16, the
 * rounding of activations; what the file's type itself changed is told apart, as greedy agreement with the trained values.
 */
import { openTokenizerFiles, type FileTree } from '../../checkpoint/index';
import type { OnnxDtype } from '../../model/index';
import type { Tokenizer } from '../../tokenizer/index';
import { onnxFileName } from './exportOnnx';
import { greedyAgreement, largestDifference } from '../running/logitDifference';
import type { ModelSession } from '../device/modelSession';
import { OnnxSession, type OnnxRuntime } from '../running/onnxSession';
import { openTokenizer } from '../open/openTokenizer';
import type { OnProgress } from '../progress';
import { idsAsWritten } from './asWritten';
import type { ExportReport } from './exportChoice';
import { roundedLogits } from '../running/roundedLogits';

export interface OnnxToProve {
  readonly dtype: OnnxDtype;
  /** The trained model. */
  readonly session: ModelSession;
  readonly tokenizer: Tokenizer;
  /** Some held-out text. */
  readonly text: string;
}

const comparedTokens = 96;
/** Of the largest logit, or of 10 where all are smaller. */
const allowedShare: Readonly<Record<OnnxDtype, number>> = { f32: 1e-4, f16: 1e-2, q4: 1e-4 };

export async function proveOnnx(
  runtime: OnnxRuntime,
  tree: FileTree,
  { dtype, session, tokenizer, text }: OnnxToProve,
  onProgress: OnProgress = () => undefined,
): Promise<ExportReport['verification']> {
  onProgress({ phase: 'verifying', done: 0, total: 3 });
  const reopened = openTokenizer(await openTokenizerFiles(tree));
  const limit = Math.min(comparedTokens, session.model.config.contextLength || comparedTokens);
  const encode = (cutter: Tokenizer) => cutter.encode(text.slice(0, 2000), { specialTokens: true }).ids.slice(0, limit);
  const [fileIds, ids] = [encode(reopened), encode(tokenizer)];
  const idInFile = idsAsWritten(session.model);
  const onnx = await OnnxSession.open(runtime, tree, `onnx/${onnxFileName(dtype)}`);
  let found: Float32Array;
  try {
    found = inOrder(await onnx.logits(fileIds), session.graphs.config.vocabSize, idInFile);
  } finally {
    await onnx.close();
  }
  onProgress({ phase: 'verifying', done: 1, total: 3 });
  const trained = await session.logits(ids);
  onProgress({ phase: 'verifying', done: 2, total: 3 });
  const expected = await roundedLogits(session, ids, dtype);
  onProgress({ phase: 'verifying', done: 3, total: 3 });
  const largest = largestDifference(found, expected);
  const magnitude = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 10);
  const allowed = allowedShare[dtype] * magnitude;
  const sameIds = fileIds.length === ids.length && ids.every((id, at) => idInFile(id) === fileIds[at]);
  return {
    largestLogitDifference: largest,
    allowed,
    roundingLogitDifference: largestDifference(expected, trained),
    tokensCompared: ids.length,
    greedyAgreement: greedyAgreement(found, trained, ids.length),
    onnx: { dtype, provider: runtime.provider, threads: runtime.threads, version: runtime.version },
    passed: largest <= allowed && sameIds,
  };
}

/** Logits of the file, [tokens, rows], in the order of the lab's ids. */
function inOrder(logits: Float32Array, rows: number, idInFile: (id: number) => number): Float32Array {
  return logits.map((_, at) => logits[at - (at % rows) + idInFile(at % rows)]!);
}
