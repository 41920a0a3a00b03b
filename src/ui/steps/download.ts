/**
 * Step 8. Taking the model away: as a zip or one file through a download, or straight into a folder. "Saved" is said only after the
 * written bytes were opened again and gave the logits of the trained model.
 */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { ExportForm } from '../../worker/index';
import { LabElement } from '../element';
import { count, fileSize, measured, percent, scientific, withUnit } from '../format';
import { icon } from '../parts/icons';
import { number } from '../parts/number';
import { ghostTable } from '../parts/ghost-table';
import { alertBox, emptyState, failureAlert, loadingPanel, panel, status, verdict } from '../parts/panel';
import type { Exported } from '../state/slot-store';
import { errorOf, isPending, valueOf } from '../state/slot';
import { savedText } from '../wording/modes';
import './export-choice';
import './kept-offer';
import './take-arm';

type FolderPicker = (options: { mode: 'readwrite' }) => Promise<FileSystemDirectoryHandle>;

@customElement('tg-step-download')
export class DownloadStep extends LabElement {
  override render() {
    const slot = this.lab.slots.exported;
    const exported = valueOf(slot);
    const failed = errorOf(slot);
    const canSave = this.lab.hasTrained;
    return html`<div class="page">
      ${this.said(exported, canSave)} ${failed ? failureAlert(failed) : nothing}<tg-kept-offer></tg-kept-offer
      ><tg-take-arm></tg-take-arm>
      ${
        exported && !exported.report.verification.passed
          ? alertBox(
              'bad',
              msg('Do not use these files.'),
              msg(
                'What was written does not give the logits of the trained model. Save again; if it happens twice, report it with the model’s name.',
              ),
            )
          : nothing
      }
      ${canSave ? html`${this.held()}<tg-export-choice></tg-export-choice>` : nothing}
      ${
        slot.status === 'pending'
          ? loadingPanel(msg('Proof'), slot.progress, 4, () => this.lab.cancel('exported'))
          : exported
            ? this.proof(exported)
            : panel({
                heading: msg('Files'),
                body: html`${canSave ? this.nothingWritten() : this.nothingTrained()}
                ${ghostTable([msg('Files'), 'sha256', msg('bytes')], this.lab.exports.choice.form === 'model' ? modelFiles : undefined)}`,
              })
      }
    </div>`;
  }

  /** Of the arm that would be saved. */
  private held() {
    const { desk, experiment } = this.lab;
    const arm = desk.taken && experiment?.spec.arms[desk.taken.arm];
    const text = arm ? savedText(experiment.spec, arm) : '';
    return text === '' ? nothing : html`<p class="note" data-note="held">${text}</p>`;
  }

  private nothingWritten() {
    return emptyState(
      msg('Nothing written yet.'),
      this.lab.exports.choice.form === 'gguf'
        ? msg('One file without a model card: that, and what is needed to run it again, comes with the whole model.')
        : msg(
            'Weights, configuration, the extended tokenizer, a model card with this run’s figures, and what is needed to run it again.',
          ),
    );
  }

  private nothingTrained() {
    return emptyState(
      msg('No trained graft yet.'),
      msg('The files appear here once a run is over.'),
      html`<a class="btn" href="#train">${msg('Go to Train')}</a>`,
    );
  }

  private said(exported: Exported | undefined, canSave: boolean) {
    const actions = canSave ? this.actions() : nothing;
    if (!exported) {
      return verdict(
        msg('Take the model with you.'),
        canSave ? takenText(this.lab.exports.choice.form) : takenText('model'),
        actions,
      );
    }
    return exported.report.verification.passed
      ? verdict(
          msg('The files agree with what you trained.'),
          exported.url
            ? html`${
                  exported.report.form === 'delta' || exported.report.form === 'adapter'
                    ? msg('Saved. The exact bytes were put onto the base again and compared, token by token.')
                    : msg('Saved. The exact bytes were opened again and compared, token by token.')
                } <a href=${exported.url} download=${exported.fileName} data-saved>${exported.fileName}</a>`
            : msg(str`Saved to ${exported.fileName}. The exact bytes were opened again and compared, token by token.`),
          actions,
        )
      : verdict(
          msg('The files do not agree with what you trained.'),
          msg('They were opened again and compared with the trained model; the figures below show where they differ.'),
          actions,
        );
  }

  private actions() {
    const picker = (window as { showDirectoryPicker?: FolderPicker }).showDirectoryPicker;
    const busy = isPending(this.lab.slots.exported);
    const file = html`<button
      type="button"
      class="btn ${picker ? '' : 'main'}"
      data-action="save-file"
      ?disabled=${busy}
      @click=${() => void this.saveFile()}
    >
      ${picker ? nothing : icon('down')}${this.lab.exports.choice.form === 'gguf' ? msg('Save the file') : msg('Save as zip')}
    </button>`;
    return picker
      ? html`${file}<button
            type="button"
            class="btn main"
            data-action="save-folder"
            ?disabled=${busy}
            @click=${() => void this.saveFolder(picker)}
          >
            ${icon('down')}${msg('Save to folder')}
          </button>`
      : file;
  }

  private async saveFile(): Promise<void> {
    const exported = await this.lab.exports.writeFile();
    if (!exported?.url || !exported.report.verification.passed) return;
    const link = document.createElement('a');
    link.href = exported.url;
    link.download = exported.fileName;
    link.click();
  }

  private async saveFolder(picker: FolderPicker): Promise<void> {
    let directory: FileSystemDirectoryHandle;
    try {
      directory = await picker.call(window, { mode: 'readwrite' });
    } catch {
      return; // the visitor closed the picker
    }
    await this.lab.exports.writeFolder(directory);
  }

  private rows({ untouchedRows = 0, movedNewRows = 0 }: Exported['report']['verification']) {
    return html`<div>
      <span class="note">${msg('Untouched rows')}</span>
      <span class="v">${withUnit(count(untouchedRows), msg('equal to the bit'))}</span>
      <span class="note">${msg(str`${count(movedNewRows)} new rows moved`)}</span>
    </div>`;
  }

  private runtime({ provider, threads, version }: NonNullable<Exported['report']['verification']['onnx']>) {
    return html`<div>
      <span class="note">${msg('Opened by')}</span>
      <span class="v">${withUnit('onnxruntime-web', version)}</span>
      <span class="note"
        >${provider === 'webgpu' ? msg('on this GPU') : msg(str`on the processor, ${count(threads)} threads`)}</span
      >
    </div>`;
  }

  private readBack({
    tensors,
    largestRounding,
    tokensCompared,
  }: NonNullable<Exported['report']['verification']['gguf']>) {
    const away = scientific(largestRounding);
    return html`<div>
      <span class="note">${msg('Read back')}</span>
      <span class="v">${withUnit(count(tensors), msg('tensors equal to the bit'))}</span>
      <span class="note"
        >${largestRounding > 0 ? html`${msg(html`rounded by at most ${away} of a tensor’s largest weight`)}; ` : nothing}${msg(
          str`${count(tokensCompared)} tokens cut alike`,
        )}</span
      >
    </div>`;
  }

  private proof({ report }: Exported) {
    const { verification: found, files } = report;
    const rounding = found.roundingLogitDifference ?? 0;
    return html`${panel({
      heading: msg('Proof'),
      note: msg('The written bytes, opened again, against the trained model'),
      end: found.passed ? status('good', msg('agrees')) : status('bad', msg('does not agree')),
      fill: 'bare',
      name: 'proof',
      body: html`<div class="proof" data-passed=${found.passed}>
        <div>
          <span class="note">${msg('Largest logit difference')}</span>
          <span class="v"
            >${number(scientific(found.largestLogitDifference), () => ({
              name: msg('Largest logit difference'),
              formula: `max |Δ| = ${found.largestLogitDifference}`,
              meaning: msg(str`Over ${count(found.tokensCompared)} tokens and the whole vocabulary.`),
            }))}</span
          >
          <span class="note"
            >${msg('allowed')}
            ${scientific(found.allowed)}${
              rounding > 0 ? html`; ${msg('rounding to the file’s number type:')} ${scientific(rounding)}` : nothing
            }</span
          >
        </div>
        <div>
          <span class="note">${msg('Greedy agreement')}</span>
          <span class="v"
            >${number(percent(found.greedyAgreement, found.greedyAgreement === 1 ? 0 : 2), () => ({
              name: msg('Greedy agreement'),
              formula: msg(str`the same first choice, of ${count(found.tokensCompared)} tokens`),
              meaning:
                found.greedyAgreement === 1
                  ? msg('What greedy decoding would write is the same.')
                  : msg('Against the trained values before they were rounded to the file’s number type.'),
            }))}</span
          >
          <span class="note"
            >${
              rounding > 0
                ? msg(str`of ${count(found.tokensCompared)} tokens, with the trained values before rounding`)
                : msg(str`of ${count(found.tokensCompared)} tokens`)
            }</span
          >
        </div>
        ${found.onnx ? this.runtime(found.onnx) : found.gguf ? this.readBack(found.gguf) : this.rows(found)}
      </div>`,
    })}
    ${panel({
      heading: msg('Files'),
      name: 'files',
      body: html`<ul class="files">
        ${files.map(
          (file) =>
            html`<li>
              <span
                ><span class="mono">${file.name}</span>
                <span class="note">${fileNote(file.name, report.form)}</span>
                <span class="note mono hash" title=${file.sha256}>sha256 ${file.sha256}</span></span
              ><span class="num">${measured(fileSize(file.bytes))}</span>
            </li>`,
        )}
      </ul>`,
      footer: html`<div class="total">
        <b>${msg('Together')}</b><b class="num">${measured(fileSize(report.totalBytes))}</b>
      </div>`,
    })}`;
  }
}

/** What every whole model comes with; shards and further files of a tokenizer depend on the model. */
const modelFiles = [
  ...['README.md', 'config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'],
  ...['new_tokens.json', 'experiment.json', 'run.jsonl'],
];

function takenText(form: ExportForm): string {
  switch (form) {
    case 'model':
      return msg('A Hugging Face folder: transformers loads it with AutoModelForCausalLM and AutoTokenizer.');
    case 'onnx':
      return msg(
        'For transformers.js in any page and onnxruntime on any machine: weights, the computation with a key/value cache, the tokenizer.',
      );
    case 'gguf':
      return msg(
        'One file for llama.cpp, and for Ollama and LM Studio, which are built on it: weights, configuration and tokenizer.',
      );
    case 'delta':
      return msg('The new rows and the extended tokenizer, small enough to share; the base stays where it is.');
    case 'adapter':
      return msg(
        'Low-rank adapters and new rows in the form of PEFT, small enough to share; the base stays where it is.',
      );
    case 'scale':
      return msg('A folder that goes on where one GPU is not enough: its README has one command for each trainer.');
  }
}

function fileNote(path: string, form: ExportForm): string {
  // In a zip every file may lie in one folder: what counts is the end of the path.
  const name = `/${path}`;
  if (name.endsWith('delta.safetensors')) return msg('New rows, their ids, and by what their base is known');
  if (name.endsWith('adapter_model.safetensors')) return msg('Adapters and new rows, under PEFT’s names');
  if (name.endsWith('adapter_config.json')) return msg('Rank, strength and targets, and which rows are new');
  if (name.endsWith('.safetensors.index.json')) return msg('Which tensor lies in which file');
  if (name.endsWith('.safetensors') || /\.onnx_data(_\d+)?$/.test(name)) return msg('Weights');
  if (name.endsWith('.gguf')) return msg('Weights, configuration and tokenizer');
  if (name.endsWith('.onnx')) return msg('The computation, with a key/value cache');
  if (name.endsWith('train.jsonl')) return msg('Texts to train on');
  if (name.endsWith('heldout.jsonl')) return msg('Texts to measure on');
  if (name.endsWith('continue.json')) return msg('Ids of the new tokens, start and end token');
  if (name.endsWith('train.py')) return msg('Training script for accelerate');
  if (name.endsWith('fsdp.yaml')) return msg('Everything, sharded over GPUs');
  if (name.endsWith('axolotl.yaml')) return msg('For Axolotl');
  if (name.endsWith('llama-factory.yaml') || name.endsWith('dataset_info.json')) return msg('For LLaMA-Factory');
  if (name.endsWith('model-card.md')) return msg('Model card with this run’s figures');
  if (name.endsWith('tokenizer.json')) return msg('New pieces and merges appended, old ids unchanged');
  if (name.endsWith('generation_config.json')) return msg('Defaults for generation');
  if (name.endsWith('tokenizer_config.json') || name.endsWith('special_tokens_map.json'))
    return msg('How the tokenizer is opened');
  if (name.endsWith('config.json')) return msg('Architecture, in the style it was read');
  if (name.endsWith('README.md'))
    return form === 'model' || name.endsWith('model/README.md')
      ? msg('Model card with this run’s figures')
      : msg('What is here, and how to use it');
  if (name.endsWith('experiment.json')) return msg('Everything needed to run it again');
  if (name.endsWith('/report.json')) return msg('What the experiment measured');
  if (name.endsWith('new_tokens.json')) return msg('The new tokens, the pieces they replace, and their counts');
  if (name.endsWith('run.jsonl')) return msg('Every step, evaluation and event');
  if (name.endsWith('vocab.json') || name.endsWith('merges.txt'))
    return msg('Vocabulary and merges as older tools read them');
  return '';
}
