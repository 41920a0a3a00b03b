/**
 * What is taken away, chosen before it is written: the whole model, its new rows alone, or a folder to go on with
 * elsewhere; and the number type of the weights. A delta of a run that moved more, and a GGUF file of what llama.cpp would
 * run otherwise, are refused here, with the reason.
 */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import type {
  ExportChoice,
  ExportForm,
  FormRefusal,
  ModelSummary,
  VocabularySummary,
  WrittenSpec,
} from '../../worker/index';
import { LabElement } from '../element';
import { count, fileSize, measured } from '../format';
import { panel } from '../parts/panel';
import type { Topic } from '../state/lab-state';
import { isPending, valueOf } from '../state/slot';
import { causeWords } from '../wording/said';
import { failureTitle } from '../wording/failures';
import { ggufReason } from '../wording/ggufReasons';
import { readerSentences } from '../wording/readers';

const elementBytes: Readonly<Record<string, number>> = { F32: 4, F16: 2, BF16: 2 };
/** A weight of 4 bits takes a scale with it, and the embedding stays whole. */
const ONNX_BYTES: Readonly<Record<ExportChoice['onnxDtype'], number>> = { f32: 4, f16: 2, q4: 0.7 };
/** A block of 32 weights in Q8_0 is 34 bytes. */
const GGUF_BYTES: Readonly<Record<ExportChoice['ggufDtype'], number>> = { F32: 4, F16: 2, BF16: 2, Q8_0: 34 / 32 };
type Rows = Pick<VocabularySummary, 'newTokens' | 'embeddingRowsBefore' | 'embeddingRowsAfter' | 'removal'>;
/** Of an arm on the old vocabulary. */
const NO_ROWS: Rows = { newTokens: [], embeddingRowsBefore: 0, embeddingRowsAfter: 0 };
const TYPES: readonly ExportChoice['dtype'][] = ['source', 'BF16', 'F16', 'F32'];

@customElement('tg-export-choice')
export class ExportChoiceElement extends LabElement {
  override connectedCallback(): void {
    super.connectedCallback();
    // Not while the step that holds this is being drawn.
    queueMicrotask(() => this.lab.exports.askGguf());
  }

  protected override labChanged(topic: Topic): void {
    super.labChanged(topic);
    this.lab.exports.askGguf();
  }

  override render() {
    const model = valueOf(this.lab.slots.model);
    const built = valueOf(this.lab.slots.vocabulary);
    const { desk, experiment } = this.lab;
    const arm = desk.taken && experiment?.spec.arms[desk.taken.arm];
    if (!model || (!built && !arm)) return nothing;
    const vocabulary = built && (!arm || arm.vocabulary) ? built : NO_ROWS;
    const { dtype, onnxDtype, ggufDtype } = this.lab.exports.choice;
    const type = dtype === 'source' ? model.dtype : dtype;
    const values = model.parameters + newValues(model, vocabulary, 'rowsAdded');
    const whole = values * (elementBytes[type] ?? 4);
    const refusal = valueOf(this.lab.slots.ggufRefusal);
    const rows = newValues(model, vocabulary, 'newRows') * (elementBytes[model.dtype] ?? 4);
    const mode = this.lab.run?.mode ?? null;
    const movedMore = arm ? !movesOnlyNewRows(arm) : mode !== null && mode !== 'new-rows';
    const oldTokensWent = arm ? losesOldTokens(arm) : vocabulary.removal !== undefined;
    const without = msg(
      'Not for this run: old tokens went, and base and rows beside it would not be the trained model.',
    );
    return panel({
      heading: msg('What to take'),
      fill: 'bare',
      name: 'export-choice',
      body: html`<div role="radiogroup" aria-label=${msg('What to take')}>
        ${this.form(
          'model',
          msg('The whole model'),
          whole,
          html`${msg('A Hugging Face folder for transformers and everything that reads those; over 2 GB it is cut into shards.')}`,
          this.types(model),
        )}
        ${this.form(
          'onnx',
          'ONNX',
          model.parameters * ONNX_BYTES[onnxDtype],
          msg(
            'For transformers.js in any page and onnxruntime on any machine: weights, the computation with a key/value cache, the tokenizer.',
          ),
          this.onnxTypes(),
        )}
        ${this.form(
          'gguf',
          'GGUF',
          values * GGUF_BYTES[ggufDtype],
          refusal
            ? this.refused(refusal)
            : msg(
                'One file for llama.cpp, and for Ollama and LM Studio, which are built on it: weights, configuration and tokenizer.',
              ),
          this.ggufTypes(),
          Boolean(refusal),
        )}
        ${this.form(
          'delta',
          msg('Only the new rows'),
          rows,
          oldTokensWent
            ? without
            : movedMore
              ? msg(
                  'Not for this run: it moved more than the new rows, and base and delta would not be the trained model. Train with new rows only for a delta.',
                )
              : msg(
                  str`For people who have ${model.name}: ${count(vocabulary.newTokens.length)} rows and the extended tokenizer. Base and delta together are the whole model to the bit.`,
                ),
          nothing,
          oldTokensWent || movedMore,
        )}
        ${
          arm?.adapters
            ? this.form(
                'adapter',
                msg('Adapters and new rows'),
                // Follows from every matrix's sides, of which the page knows nothing.
                null,
                oldTokensWent
                  ? without
                  : movesBesidesAdapters(arm)
                    ? msg(
                        'Not for this run: it moved more than adapters and new rows, and base and adapter would not be the trained model.',
                      )
                    : msg(
                        str`For people who have ${model.name} and load adapters with PEFT: adapter_config.json, adapter_model.safetensors and the tokenizer. The other forms have them merged.`,
                      ),
                nothing,
                oldTokensWent || movesBesidesAdapters(arm),
              )
            : nothing
        }
        ${this.form(
          'scale',
          msg('Continue elsewhere'),
          whole,
          msg(
            'The model, your texts as JSON lines, and ready configurations: accelerate for new rows or everything, Axolotl, LLaMA-Factory. What is trained there opens again in Compare.',
          ),
          this.types(model),
        )}
      </div>`,
      footer: this.tokenizerClass(model),
    });
  }

  /** Without a reason that the page has words for, in the lab's. */
  private refused(refusal: FormRefusal) {
    const { reason, what, message } = refusal;
    const why = reason ? ggufReason(reason, what) : causeWords(message);
    return html`<b>${failureTitle(refusal)}</b> ${why} ${msg('The other forms keep all of it.')}`;
  }

  private form(form: ExportForm, title: string, bytes: number | null, note: unknown, more: unknown, refused = false) {
    const isOn = this.lab.exports.choice.form === form;
    const busy = isPending(this.lab.slots.exported);
    return html`<div class="src ${isOn ? 'on' : ''}">
      <input
        class="radio"
        type="radio"
        name="export-form"
        id="export-${form}"
        data-form=${form}
        aria-describedby="export-${form}-note"
        .checked=${isOn}
        ?disabled=${busy || refused}
        @change=${() => this.lab.exports.choose({ form })}
      />
      <div>
        <h3>
          <label for="export-${form}">${title}</label>
          ${refused || bytes === null ? nothing : html`<span class="note">${msg('about')} ${measured(fileSize(bytes))}</span>`}
        </h3>
        <p class="note" id="export-${form}-note">${note}</p>
        ${isOn ? [this.readers(), more] : nothing}
      </div>
    </div>`;
  }

  /** What other programs make of the chosen form otherwise than the lab. */
  private readers() {
    const { readers = [] } = valueOf(this.lab.slots.model)!;
    return readerSentences(readers, this.lab.exports.choice).map(
      (sentence) => html`<p class="note" data-reader-note>${sentence}</p>`,
    );
  }

  /** Where AutoTokenizer would cut otherwise than the lab: which class a download names. */
  private tokenizerClass({ notes }: ModelSummary) {
    const reading = notes?.find((note) => note.kind === 'read-otherwise');
    if (!reading?.canObey) return nothing;
    const { tokenizerClass } = this.lab.exports.choice;
    return html`<label class="labelled" for="export-class"
      ><span
        >${msg('Tokenizer class')}:
        ${msg('AutoTokenizer of transformers 5 would cut text otherwise than the lab did, by the class this model names.')}</span
      ><span class="field"
        ><select
          id="export-class"
          data-setting="tokenizerClass"
          ?disabled=${isPending(this.lab.slots.exported)}
          @change=${(event: Event) => {
            const { value } = event.target as HTMLSelectElement;
            this.lab.exports.choose({ tokenizerClass: value as ExportChoice['tokenizerClass'] });
          }}
        >
          <option value="obeys" ?selected=${tokenizerClass === 'obeys'}>
            ${msg('one that follows tokenizer.json, as the lab does')}
          </option>
          <option value="kept" ?selected=${tokenizerClass === 'kept'}>
            ${msg(str`${reading.className}, as it was`)}
          </option>
        </select></span
      ></label
    >`;
  }

  private types({ dtype: source }: ModelSummary) {
    const types = TYPES.filter((type) => type !== source);
    return this.typeChoice(
      'dtype',
      types.map((type) => [type, type === 'source' ? msg(str`As it was read: ${source}`) : type]),
    );
  }

  private onnxTypes() {
    return this.typeChoice('onnxDtype', [
      ['f32', 'F32'],
      ['f16', 'F16'],
      ['q4', msg('4 bits')],
    ]);
  }

  private ggufTypes() {
    const written = valueOf(this.lab.slots.exported)?.report;
    const file = written?.form === 'gguf' ? written.files[0]!.name : 'FILE.gguf';
    const name = (type: string) => (type === 'Q8_0' ? msg('Q8_0: 8 bits') : type);
    return html`${this.typeChoice(
        'ggufDtype',
        Object.keys(GGUF_BYTES).map((type) => [type as ExportChoice['ggufDtype'], name(type)]),
      )}
      <p class="note">${msg('llama.cpp goes on with a text by:')}</p>
      <pre tabindex="0" data-command>llama-completion -m ${file} -p "Once upon a time"</pre>`;
  }

  private typeChoice<Setting extends 'dtype' | 'onnxDtype' | 'ggufDtype'>(
    setting: Setting,
    types: readonly (readonly [type: ExportChoice[Setting], name: string])[],
  ) {
    return html`<label class="labelled narrow-field" for="export-${setting}"
      ><span>${msg('Number type of the weights')}</span
      ><span class="field"
        ><select
          id="export-${setting}"
          data-setting=${setting}
          ?disabled=${isPending(this.lab.slots.exported)}
          @change=${(event: Event) =>
            this.lab.exports.choose({ [setting]: (event.target as HTMLSelectElement).value } as Partial<ExportChoice>)}
        >
          ${types.map(
            ([type, name]) =>
              html`<option value=${type} ?selected=${type === this.lab.exports.choice[setting]}>${name}</option>`,
          )}
        </select></span
      ></label
    >`;
  }
}

/** Whether new tokens took the rows of old ones, or old ones were taken out. */
function losesOldTokens({ vocabulary }: WrittenSpec['arms'][string]): boolean {
  return vocabulary?.room === 'replace' || vocabulary?.method === 'trim';
}

function movesOnlyNewRows({ vocabulary, stages = [] }: WrittenSpec['arms'][string]): boolean {
  const moved = stages.flatMap(({ moves }) => Object.keys(moves));
  return vocabulary !== undefined && moved.every((group) => group === 'newRows');
}

function movesBesidesAdapters({ stages = [] }: WrittenSpec['arms'][string]): boolean {
  return stages.some(({ moves }) => Object.keys(moves).some((group) => group !== 'newRows' && group !== 'adapters'));
}

/** Values of new rows on every side that has its own; of those that were added, or of all that are new. */
function newValues(
  { hiddenSize, tied }: ModelSummary,
  { newTokens, embeddingRowsBefore, embeddingRowsAfter }: Rows,
  what: 'rowsAdded' | 'newRows',
): number {
  const rows = what === 'newRows' ? newTokens.length : embeddingRowsAfter - embeddingRowsBefore;
  return rows * hiddenSize * (tied ? 1 : 2);
}
