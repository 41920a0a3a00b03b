/** Samples of an experiment's arms, and pictures of what a notation's parser reads; loaded when they are asked for. */
import {
  detectNotation,
  engineText,
  heldAs,
  ModelSession,
  notations,
  onnxModelFiles,
  OnnxSession,
  onnxText,
  openRun,
  sampleExperiment,
  type FieldAnswer,
  type FieldLibraries,
  type FieldOptions,
  type NotationReader,
  type NotationName,
  type SampledExperiment,
} from '../lab/index';
import type { Device } from '../engine/index';
import { asLabError } from '../error';
import type { ReadSample } from './api';
import type { Experiments } from './experiments';
import { keptRunsOf, type OpenedForRuns } from './keptRunsOf';
import { onnxRuntime } from './onnxRuntime';

let library: ReturnType<FieldLibraries['rdkit']> | undefined;

/** Its script makes no code here: scripts/rdkit/withoutCode.ts. */
const libraries: FieldLibraries = {
  rdkit() {
    const load = async () => {
      const [{ default: init }, { default: wasm }] = await Promise.all([
        import('@rdkit/rdkit'),
        import('@rdkit/rdkit/RDKit_minimal.wasm?url'),
      ]);
      return init({ locateFile: () => new URL(wasm, self.location.href).href });
    };
    library ??= load();
    library.catch(() => (library = undefined));
    return library;
  },
};

const readers = new Map<NotationName, Promise<NotationReader>>();

function readerOf(name: NotationName): Promise<NotationReader> {
  const known = readers.get(name) ?? notations[name].open(libraries);
  readers.set(name, known);
  known.catch(() => readers.delete(name));
  return known;
}

export interface OpenedForField extends OpenedForRuns {
  readonly device: Device | undefined;
}

export async function sampleKept(
  experiments: Experiments,
  id: string,
  { device, ...opened }: OpenedForField,
  options: FieldOptions,
): Promise<FieldAnswer> {
  const runs = await keptRunsOf(experiments, id, opened);
  const { spec, folder, engine, model, corpus } = runs;
  const open: SampledExperiment['open'] = async (key, watch) => {
    const arm = key && (await openRun(runs, key, watch)).arm;
    const tokenizer = arm ? arm.tokenizer : model.tokenizer;
    const exported = { model, ...(arm?.graft ? { graft: arm.graft } : {}), ...(arm ? { session: arm.session } : {}) };
    try {
      const onnx = await OnnxSession.openFiles(await onnxRuntime(device), await onnxModelFiles(exported, 'f32'));
      arm?.close();
      return { text: onnxText(onnx, model), tokenizer, close: () => onnx.close() };
    } catch (thrown) {
      if (asLabError(thrown).code !== 'onnx/too-large') {
        arm?.close();
        throw thrown;
      }
      // As Try does: the engine has no cache, and holds what wasm cannot.
      const session = arm?.session ?? (await ModelSession.open(engine, model, heldAs(spec)));
      return { text: engineText(session), tokenizer, close: async () => session.close() };
    }
  };
  return sampleExperiment({ spec, folder, corpus, libraries, open }, options);
}

/** @param name absent: told from the corpus; of prose nothing is read. */
export async function readAndDraw(
  samples: readonly { readonly text: string; readonly isCut: boolean }[],
  name: NotationName | null,
  corpus: readonly string[],
): Promise<readonly ReadSample[] | null> {
  const notation = name ?? detectNotation(corpus);
  if (!notation) return null;
  const reader = await readerOf(notation);
  return samples.map(({ text, isCut }) => {
    const reading = reader.parse(text, isCut);
    return { why: reading.valid ? null : reading.why, drawing: reading.valid ? reader.draw(text, isCut) : null };
  });
}
