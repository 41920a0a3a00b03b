/**
 * Low-rank adapters and new rows as a PEFT folder: `adapter_config.json` and `adapter_model.safetensors` in f32, the rows of new
 * tokens as trainable tokens, beside the extended tokenizer. Only where nothing else was trained; otherwise base and adapter would
 * not be the trained model, and that is refused with the reason.
 */
import { fromF32, safetensorsFile, tensorOf, type FolderSink, type TensorToWrite } from '../../checkpoint/index';
import { LabError } from '../../error';
import { modelCardText } from '../../graft/index';
import type { AdaptedMatrix, AdapterSettings } from '../../model/index';
import { matrixName } from '../device/graftedRows';
import { writeTokenizer } from '../vocabulary/writeTokenizer';
import { adapterReadme } from './adapterReadme';
import { newRowsOf, type ModelToExport } from './exportModel';
import { requireOldTokens } from './oldTokens';
import { ADAPTER_CONFIG, ADAPTER_FILE, lastName, moduleOf, PEFT_PREFIX, peftModule } from './peftNames';

/** Throws `lab/no-adapters`, `lab/more-than-adapters` or `graft/old-tokens-went` before anything is written. */
export async function writeAdapter(sink: FolderSink, exported: ModelToExport): Promise<void> {
  const { model, graft, session, files, newTokens, tokenizerClass, card, extras } = exported;
  requireOldTokens(model, 'adapter');
  const trained = requireAdapters(exported);
  const rows = graft ? await rowsOf(exported) : [];
  const tensors: TensorToWrite[] = [];
  for (const { module, down, up } of trained.adapters) {
    for (const [side, { name, shape }] of [['A', down] as const, ['B', up] as const]) {
      const values = await session!.store.readF32(name);
      const called = `${PEFT_PREFIX}${peftModule(model, module)}.lora_${side}.weight`;
      tensors.push(tensorOf(called, 'F32', [...shape], fromF32(values, 'F32')));
    }
  }
  for (const { module, values } of rows) {
    const shape = [graft!.plan.count, model.config.hiddenSize];
    const called = `${PEFT_PREFIX}${module}.token_adapter.trainable_tokens_delta`;
    tensors.push(tensorOf(called, 'F32', shape, fromF32(values, 'F32')));
  }
  await writeTokenizer(sink, model, { files, newTokens, tokenizerClass });
  const settings = configOf(exported, trained, rows);
  await sink.write(ADAPTER_CONFIG, `${JSON.stringify(settings, null, 2)}\n`);
  await sink.write(
    'README.md',
    adapterReadme({
      baseName: model.summary.name,
      rank: settings.r,
      alpha: settings.lora_alpha,
      targets: settings.target_modules,
      newRows: graft?.plan.count ?? 0,
      embeddingRows: graft && graft.plan.rowsAdded > 0 ? graft.plan.newEmbeddingRows : undefined,
    }),
  );
  if (card) await sink.write('model-card.md', typeof card === 'string' ? card : modelCardText(card));
  for (const [name, text] of Object.entries(extras)) await sink.write(name, text);
  await sink.write(ADAPTER_FILE, safetensorsFile(tensors, { format: 'pt' }).stream());
}

interface Adapters {
  readonly adapters: readonly AdaptedMatrix[];
  readonly settings: AdapterSettings;
}

function requireAdapters({ model, session }: ModelToExport): Adapters {
  const { adapters = [], adapterSettings: settings } = session?.graphs ?? {};
  if (!session || !settings) {
    throw new LabError(
      'lab/no-adapters',
      `\`${model.summary.name}\` was trained without low-rank adapters.`,
      'Save the whole model; or train an arm with `adapters`.',
    );
  }
  const other = session.trained.find(({ group }) => group !== 'newRows' && group !== 'adapters');
  if (!other) return { adapters, settings };
  throw new LabError(
    'lab/more-than-adapters',
    `An adapter holds adapters and new rows only, but \`${other.tensor}\` is not that of \`${model.summary.name}\` any more.`,
    'Save the whole model; or train adapters and new rows alone.',
    { tensor: other.tensor },
  );
}

interface Rows {
  readonly module: string;
  readonly values: Float32Array;
}

/** Of both sides where the head is one of its own. */
async function rowsOf({ model, graft, session }: ModelToExport): Promise<Rows[]> {
  const { plan, input, output } = graft!;
  const sides = [['input', input] as const, ...(output ? [['output', output] as const] : [])];
  const rows: Rows[] = [];
  for (const [side, initial] of sides) {
    const matrix = matrixName(model, side);
    const values = await newRowsOf(matrix, initial, plan, session?.store);
    rows.push({ module: peftModule(model, moduleOf(matrix)), values });
  }
  return rows;
}

/** What peft does not find here has the default that means "nothing of the kind". */
function configOf({ model, graft }: ModelToExport, { adapters, settings }: Adapters, rows: readonly Rows[]) {
  const [{ layout }] = adapters as [AdaptedMatrix];
  const { rank, alpha, rankStabilised } = settings;
  const { plan } = graft ?? {};
  const ids = plan ? Array.from({ length: plan.count }, (_, index) => plan.firstNewId + index) : [];
  return {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: model.summary.name,
    inference_mode: true,
    r: rank,
    lora_alpha: alpha,
    use_rslora: rankStabilised,
    target_modules: [...new Set(adapters.map(({ module }) => lastName(module)))],
    fan_in_fan_out: layout === 'inOut',
    lora_dropout: 0,
    bias: 'none',
    modules_to_save: null,
    trainable_token_indices:
      rows.length === 0 ? null : Object.fromEntries(rows.map(({ module }) => [lastName(module), ids])),
  };
}
