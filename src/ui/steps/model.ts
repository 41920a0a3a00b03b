/**
 * Step 1. A model (the bundled one is opened by itself), the device and what fits on it, privacy, and the offer of the run
 * kept from an earlier visit. The main button goes on with everything at its defaults.
 */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { ModelSummary } from '../../worker/index';
import { LabElement } from '../element';
import { count, fileSize, measured, parameterCount, withUnit } from '../format';
import '../parts/drop-zone';
import { number } from '../parts/number';
import { alertBox, failureAlert, panel, progressBar, progressText, staysOpen, verdict } from '../parts/panel';
import { errorOf, isPending, valueOf } from '../state/slot';
import { noteSentence } from '../wording/notes';
import { atStake } from './at-stake';
import './delta-source';
import './device';
import './fitting';
import './hub';
import './kept-offer';
import './privacy';

/** Where the model comes from; a delta makes a folder's model of a base. */
type Choice = ModelSummary['source'] | 'delta';

@customElement('tg-step-model')
export class ModelStep extends LabElement {
  @state() private source: Choice = 'bundled';

  override connectedCallback(): void {
    super.connectedCallback();
    this.source = valueOf(this.lab.slots.model)?.source ?? this.source;
  }

  override render() {
    const { engine, model } = this.lab.slots;
    const failed = errorOf(model);
    const opened = valueOf(model);
    return html`<div class="page">
      ${verdict(
        msg('Should your domain get tokens of its own?'),
        msg(
          'Pick a small language model and give it your texts. Tokengraft measures how badly its vocabulary cuts them, grafts new tokens on, trains them on this machine beside the old vocabulary on the same text, and tells you what they are worth. Nothing you open leaves this tab.',
        ),
        this.actions(),
      )}
      ${engine.status === 'ready' && !engine.value.available ? this.wrongNumbers() : nothing}
      <tg-kept-offer finished></tg-kept-offer>
      ${
        failed
          ? failureAlert(
              failed,
              opened
                ? staysOpen(opened.name)
                : html`<button type="button" class="btn small" @click=${this.chooseBundled}>
                    ${msg('Use the bundled model')}
                  </button>`,
            )
          : nothing
      }
      ${
        opened && !opened.extendable
          ? alertBox(
              'warn',
              msg('This tokenizer cannot be extended yet.'),
              html`<span lang="en">${opened.notExtendableReason ?? ''}</span>`,
            )
          : nothing
      }
      ${opened?.notes?.length ? this.notes(opened.notes) : nothing} ${atStake(this.lab, { returns: false })}
      <div class="cols main-side">
        <div class="stack">${this.sources()}<tg-fitting></tg-fitting></div>
        <div class="stack"><tg-device></tg-device><tg-privacy></tg-privacy></div>
      </div>
    </div>`;
  }

  private notes(notes: NonNullable<ModelSummary['notes']>) {
    return alertBox(
      'warn',
      msg('Worth knowing of this model’s files.'),
      html`${notes.map((note) => html`<span data-note=${note.kind}>${noteSentence(note)}</span> `)}`,
    );
  }

  private actions() {
    const { samples, model } = this.lab.slots;
    const label = model.status === 'ready' && model.value.source !== 'bundled';
    const ready = samples.status === 'ready' && model.status !== 'failed' && !this.lab.isTraining;
    return html`${label ? html`<a class="btn tall" href="#corpus">${msg('Choose texts')}</a>` : nothing}<button
        type="button"
        class="btn main tall"
        data-action="start-sample"
        ?disabled=${!ready}
        @click=${() => void this.lab.startWithSample()}
      >
        ${msg('Start with the sample')}
      </button>`;
  }

  private wrongNumbers() {
    return alertBox(
      'bad',
      msg('This GPU returns wrong numbers.'),
      msg(
        'Training is off to protect your result. Choose the processor below, update the driver, or use another browser.',
      ),
    );
  }

  private sources() {
    const { model } = this.lab.slots;
    const opened = valueOf(model);
    const busy = isPending(model) || this.lab.isTraining;
    const source = (id: Choice, title: unknown, body: unknown) =>
      html`<div class="src ${this.source === id ? 'on' : ''}">
        <input
          class="radio"
          type="radio"
          name="source"
          id="source-${id}"
          .checked=${this.source === id}
          ?disabled=${busy}
          @change=${() => (this.source = id)}
        />
        <div>
          <h3><label for="source-${id}">${title}</label></h3>
          ${body}
        </div>
      </div>`;
    const pending = model.status === 'pending' ? this.reading(model.progress) : nothing;
    return panel({
      heading: msg('Model'),
      note: msg('Llama, Mistral, Qwen, GPT-2, GPT-NeoX or Gemma 3'),
      fill: 'bare',
      name: 'model',
      busy: isPending(model),
      body: html`${source(
        'bundled',
        html`${msg('Bundled with the page')} <span class="note mono">rootstock</span>`,
        html`${this.source === 'bundled' ? (opened?.source === 'bundled' ? this.four(opened) : busy ? pending : this.useBundled()) : nothing}
          <p class="note">
            ${msg('Already here. Small enough for a falling loss curve in two clicks, real enough for the readings to mean something.')}
          </p>`,
      )}
      ${source(
        'folder',
        html`${msg('From a folder or a GGUF file')}${opened?.source === 'folder' ? html` <span class="note mono">${opened.name}</span>` : nothing}`,
        html`${this.source === 'folder' ? (opened?.source === 'folder' ? this.four(opened) : pending) : nothing}
          <tg-drop-zone
            folder
            ?disabled=${busy}
            .text=${msg('Drop a model folder or a GGUF file here')}
            .note=${msg('config.json, tokenizer.json and safetensors; or all of it in one .gguf')}
            .button=${msg('Choose folder')}
            accept=".gguf"
            .otherButton=${msg('Choose GGUF file')}
            @files=${(event: CustomEvent<readonly File[]>) => {
              this.source = 'folder';
              void this.lab.openModelFolder(event.detail);
            }}
          ></tg-drop-zone>`,
      )}
      ${source(
        'hub',
        html`${msg('From the Hugging Face Hub')}${opened?.source === 'hub' ? html` <span class="note mono">${opened.name}</span>` : nothing}`,
        html`${this.source === 'hub' ? (opened?.source === 'hub' ? this.four(opened) : pending) : nothing}
          <p class="note">${msg('Asked only when you click. Your texts go nowhere.')}</p>
          ${this.source === 'hub' ? html`<tg-hub></tg-hub>` : nothing}`,
      )}
      ${source(
        'delta',
        html`${msg('A base and a delta')}${this.source === 'delta' && opened?.source === 'folder' ? html` <span class="note mono">${opened.name}</span>` : nothing}`,
        html`${this.source === 'delta' ? (opened?.source === 'folder' ? this.four(opened) : pending) : nothing}
        ${
          this.source === 'delta'
            ? html`<tg-delta-source ?disabled=${busy}></tg-delta-source>`
            : html`<p class="note">${msg('New rows that somebody shares, put onto the model they belong to.')}</p>`
        }`,
      )}`,
    });
  }

  /** Looking at a source opens nothing. */
  private useBundled() {
    return html`<button type="button" class="btn small" data-action="use-bundled" @click=${this.chooseBundled}>
      ${msg('Use the bundled model')}
    </button>`;
  }

  private reading(progress: Parameters<typeof progressBar>[0]) {
    return html`<div class="gauge">
      ${progressBar(progress, msg('Reading the model'))}<span class="note">${progressText(progress)}</span>
    </div>`;
  }

  private readonly chooseBundled = () => {
    this.source = 'bundled';
    void this.lab.openBundledModel();
  };

  private four(model: ModelSummary) {
    const same = model.vocabSize === model.embeddingRows && model.tokenizerLength === model.embeddingRows;
    const body = () => ({
      name: msg(str`${count(model.parameters)} parameters`),
      formula: msg(
        str`${model.layers} layers, hidden size ${count(model.hiddenSize)}, context ${count(model.contextLength)}`,
      ),
      meaning: `${model.family}. ${model.licence ? msg(str`Licence: ${model.licence}.`) : ''}`,
    });
    const vocabulary = () => ({
      name: same
        ? msg(str`Four numbers, all ${count(model.vocabSize)}`)
        : msg('Four numbers that must not be mixed up'),
      formula: `vocab_size ${count(model.vocabSize)}; len(tokenizer) ${count(model.tokenizerLength)}; max id + 1 ${count(model.largestId + 1)}; rows ${count(model.embeddingRows)}`,
      meaning: msg('Where they differ, new ids land in the spare rows first.') + ` ${model.tokenizerFamily}.`,
    });
    const tied = () => ({
      name: model.tied ? msg('Tied embeddings') : msg('Untied embeddings'),
      formula: model.tied ? msg('input matrix = output matrix') : msg('input matrix and output matrix are two'),
      meaning: model.tied
        ? msg('One row serves both sides. Tied stays tied when saved.')
        : msg('Each new token gets a row on both sides.'),
    });
    const weights = () => ({
      name: msg('Weights on disk'),
      formula: msg(str`${count(model.weightBytes)} bytes, ${model.dtype}`),
      meaning: msg('Widened exactly to f32 while computing.'),
    });
    const rows = [
      [msg('Parameters'), number(measured(parameterCount(model.parameters)), body)],
      [msg('Vocabulary'), number(withUnit(count(model.vocabSize), msg('tokens')), vocabulary)],
      [msg('Embeddings'), number(model.tied ? msg('tied') : msg('untied'), tied)],
      [msg('Weights'), number(measured(fileSize(model.weightBytes)), weights)],
    ] as const;
    return html`<dl class="four" data-model=${model.name}>
      ${rows.map(
        ([name, value]) =>
          html`<div class="kv">
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>`;
  }
}
