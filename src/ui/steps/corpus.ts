/** Step 2. Texts: dropped, picked, or one of the samples with its source and licence; what was read and how it was split. */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { CorpusSummary, DocumentFormat, SampleSummary, TakenFile } from '../../worker/index';
import { LabElement } from '../element';
import { count, fileSize, measured, plain } from '../format';
import '../parts/drop-zone';
import { alertBox, failureAlert, loadingPanel, panel, stackedBar, staysOpen, verdict } from '../parts/panel';
import { errorOf, isPending, valueOf } from '../state/slot';
import { bringBack } from '../state/visit';
import './instructions';
import './kept-offer';
import { atStake } from './at-stake';
import { failureWords } from '../wording/said';
import { doubtSentence, formatNames, sampleTitle } from '../wording/corpus';
import { filesText, textDocumentsText } from '../wording/counts';
import { corpusSentence } from '../wording/verdicts';

/** Folders hold files that nobody put there, such as .DS_Store. */
function isShown({ name, webkitRelativePath }: File): boolean {
  return !(webkitRelativePath || name).split('/').some((part) => part.startsWith('.'));
}

/** Files whose first documents are shown; a folder may hold thousands. */
const shownFiles = 8;

@customElement('tg-step-corpus')
export class CorpusStep extends LabElement {
  override render() {
    const slot = this.lab.slots.corpus;
    const corpus = valueOf(slot);
    const failed = errorOf(slot);
    return html`<div class="page">
      ${
        corpus
          ? verdict(
              corpusSentence(corpus),
              msg(
                'Duplicates are dropped, and the split is by document, so that nothing held out was ever trained on.',
              ),
              html`<a class="btn main" href="#diagnose">${msg('Diagnose')}</a>`,
            )
          : verdict(
              msg('Which texts should the model learn to read?'),
              msg(
                'Drop files of your domain or take a sample. A few megabytes are enough to try; they stay in this tab.',
              ),
            )
      }
      <tg-kept-offer></tg-kept-offer>${this.missed()}${this.left()}
      ${failed ? failureAlert(failed, corpus ? staysOpen(corpus.name) : nothing) : nothing}
      ${corpus ? html`${this.sampled(corpus)}${this.refused(corpus)}${this.tooFew(corpus)}${this.doubts(corpus)}` : nothing}
      ${
        slot.status === 'pending'
          ? loadingPanel(msg('Documents'), slot.progress, 3, () => this.lab.cancel('corpus'))
          : corpus
            ? this.documents(corpus)
            : nothing
      }
      ${atStake(this.lab, { returns: true })} ${this.choices()}<tg-instructions></tg-instructions>
    </div>`;
  }

  private missed() {
    const { missed } = this.lab.origin;
    if (missed === null) return nothing;
    return alertBox(
      'warn',
      msg(str`${missed} is not open any more.`),
      msg('The page was loaded again, and may not open files by itself. Choose them again below.'),
    );
  }

  /** Until something is built on the corpus that took its place. */
  private left() {
    const { origin, slots } = this.lab;
    const { left } = origin;
    if (left === null || slots.corpus.status !== 'ready' || slots.vocabulary.status !== 'empty') return nothing;
    return html`<div data-left>
      ${alertBox(
        'warn',
        msg(str`${left.name} made way.`),
        msg('The tokens that were chosen on it went with it.'),
        html`<button
          type="button"
          class="btn small"
          data-action="bring-back"
          @click=${() => void bringBack(this.lab, left)}
        >
          ${msg('Undo')}
        </button>`,
      )}
    </div>`;
  }

  private sampled({ sampledDocuments, sampledBytes, trainDocuments }: CorpusSummary) {
    if (sampledDocuments === undefined || sampledBytes === undefined) return nothing;
    return alertBox(
      'warn',
      msg('These texts are read from the files when they are needed.'),
      msg(
        str`They are too large to be held in memory. Vocabularies are learned from all ${count(trainDocuments)} training documents; runs draw from an even sample of ${count(sampledDocuments)} (${plain(fileSize(sampledBytes))}). Keep the files where they are.`,
      ),
    );
  }

  private refused(corpus: CorpusSummary) {
    return corpus.files
      .filter((file) => file.refused)
      .map((file) =>
        alertBox(
          'warn',
          msg('One file was left out.'),
          html`<span class="mono">${file.name}</span>: ${failureWords(file.refused!)}`,
        ),
      );
  }

  private tooFew({ documents, heldOutDocuments, documentsNeeded }: CorpusSummary) {
    if (documentsNeeded === undefined) return nothing;
    return alertBox(
      'warn',
      msg('Too few documents for a verdict.'),
      msg(
        str`Of ${textDocumentsText(documents)}, ${count(heldOutDocuments)} can be held out, which gives no interval. At least ${count(documentsNeeded)} documents are needed.`,
      ),
    );
  }

  private doubts(corpus: CorpusSummary) {
    const doubtful = corpus.files.filter(({ doubts }) => doubts.length > 0);
    if (doubtful.length === 0) return nothing;
    return alertBox(
      'warn',
      msg('Look at what was read before you train on it.'),
      html`<ul class="doubts">
        ${doubtful.flatMap((file) =>
          file.doubts.map(
            (doubt) =>
              html`<li>
                <span class="mono">${file.name}</span>: ${doubtSentence(doubt, file)}
                ${doubt.excerpt === undefined ? nothing : html`<code translate="no">${doubt.excerpt}</code>`}
              </li>`,
          ),
        )}
      </ul>`,
    );
  }

  private documents(corpus: CorpusSummary) {
    const files = corpus.files.filter((file) => !file.refused);
    const total = corpus.trainBytes + corpus.heldOutBytes;
    const size = (bytes: number) => plain(fileSize(bytes));
    const origin = [corpus.source?.replace(/\.$/, ''), corpus.licence].filter(Boolean).join(' · ');
    return html`${panel({
      heading: msg('Documents'),
      note: origin
        ? html`<span lang="en">${origin}</span>`
        : files.length === 1
          ? msg('one file')
          : filesText(files.length),
      fill: 'flush',
      name: 'documents',
      body: html`<table>
        <thead>
          <tr>
            <th>${msg('File')}</th>
            <th>${msg('Read as')}</th>
            <th class="r">${msg('Size')}</th>
            <th class="r">${msg('Documents')}</th>
            <th class="r hide-n">${msg('Duplicates dropped')}</th>
            <th class="r hide-n">${msg('Without text')}</th>
            <th class="r hide-n">${msg('Invalid bytes')}</th>
          </tr>
        </thead>
        <tbody>
          ${files.map(
            (file) =>
              html`<tr data-file=${file.name}>
                <td class="mono">${file.name}</td>
                <td>${this.reading(file)}</td>
                <td class="num">${measured(fileSize(file.bytes))}</td>
                <td class="num" data-count="documents">${count(file.documents)}</td>
                <td class="num hide-n">${count(file.duplicates)}</td>
                <td class="num hide-n">${count(file.withoutText)}</td>
                <td class="num hide-n">${count(file.invalidBytes)}</td>
              </tr>`,
          )}
        </tbody>
      </table>`,
      footer: html`<div class="gauge">
        ${stackedBar(msg(str`Train ${size(corpus.trainBytes)}, held out ${size(corpus.heldOutBytes)}`), [
          { share: corpus.trainBytes / total, color: '--ink-2' },
          { share: corpus.heldOutBytes / total, color: '--control-line' },
        ])}
        <div class="legend">
          <span><i class="sw sw-train"></i>${msg('Train')} <b>${size(corpus.trainBytes)}</b></span>
          <span><i class="sw sw-held"></i>${msg('Held out')} <b>${size(corpus.heldOutBytes)}</b></span>
          <span>${msg('Held-out documents')} <b>${count(corpus.heldOutDocuments)}</b></span>
          ${
            corpus.entities < corpus.documents
              ? html`<span
                  >${msg('Different things they are about, never split')} <b>${count(corpus.entities)}</b></span
                >`
              : nothing
          }
          <span>${msg('General text, kept apart to measure forgetting')} <b>${size(corpus.generalBytes)}</b></span>
        </div>
      </div>`,
    })}
    ${this.firstDocuments(files)}`;
  }

  /** As they were cut: what a wrong format or field shows in at once. */
  private firstDocuments(files: readonly TakenFile[]) {
    const shown = files.filter(({ first }) => first.length > 0).slice(0, shownFiles);
    return panel({
      heading: msg('First documents'),
      note: msg('as they were cut'),
      name: 'first-documents',
      body: html`${shown.map(
        ({ name, first }) =>
          html`${files.length > 1 ? html`<p class="note mono excerpts-of">${name}</p>` : nothing}
            <ol class="excerpts">
              ${first.map(
                (text, at) =>
                  html`<li>
                    <pre
                      class="excerpt"
                      tabindex="0"
                      aria-label=${msg(str`Document ${at + 1} of ${name}`)}
                      translate="no"
                    >
${text}</pre>
                  </li>`,
              )}
            </ol>`,
      )}`,
    });
  }

  /** What the file was taken for, and of records where the text was found; both can be chosen. */
  private reading({ name, format, fields }: TakenFile) {
    if (format === null) return nothing;
    const names = formatNames();
    if (!this.lab.hasFiles || format === 'parquet') return html`${names[format]} ${this.field(name, fields)}`;
    const isChosen = this.lab.readings[name]?.format !== undefined;
    const choose = (value: string) =>
      void this.lab.chooseReading(name, value === 'auto' ? {} : { format: value as DocumentFormat });
    return html`<div class="reading">
      <label class="field"
        ><select
          name="format"
          aria-label=${msg(str`What ${name} is read as`)}
          ?disabled=${this.isBusy}
          @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}
        >
          ${isChosen ? html`<option value="auto">${msg('what it looks like')}</option>` : nothing}
          ${Object.entries(names)
            .filter(([other]) => other !== 'parquet')
            .map(([other, label]) => html`<option value=${other} ?selected=${other === format}>${label}</option>`)}
        </select></label
      >
      ${this.field(name, fields)}
    </div>`;
  }

  private field(name: string, fields: TakenFile['fields']) {
    if (!fields) return nothing;
    const choose = (textField: string) => void this.lab.chooseReading(name, { ...this.lab.readings[name], textField });
    return html`<label class="field"
      ><span class="note">${msg('text from')}</span>
      <select
        name="field"
        aria-label=${msg(str`Field of ${name} that holds the text`)}
        ?disabled=${this.isBusy || fields.found.length < 2}
        @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}
      >
        ${fields.found.map(
          (field) => html`<option value=${field} ?selected=${field === fields.chosen}>${field}</option>`,
        )}
      </select></label
    >`;
  }

  private get isBusy(): boolean {
    return isPending(this.lab.slots.corpus) || this.lab.isTraining;
  }

  private choices() {
    const { samples } = this.lab.slots;
    const list = valueOf(samples) ?? [];
    const busy = this.isBusy;
    const noSamples = errorOf(samples);
    return html`<div class="cols two">
      ${panel({
        heading: msg('Your texts'),
        body: html`<tg-drop-zone
          ?disabled=${busy}
          accept=".txt,.text,.md,.tex,.jsonl,.ndjson,.json,.csv,.tsv,.parquet,.tab,.smi,.smiles,.fasta,.fa,.fna,.faa,.pgn,.abc,.gz,.zip"
          .text=${msg('Drop text files here')}
          .note=${msg('Text, JSON, CSV, Parquet, SMILES, FASTA, PGN, ABC; gzip and zip too')}
          .button=${msg('Choose files')}
          .otherButton=${msg('Choose a folder')}
          @files=${(event: CustomEvent<readonly File[]>) => void this.lab.openCorpusFiles(event.detail.filter(isShown))}
        ></tg-drop-zone>`,
      })}
      ${panel({
        heading: msg('Samples'),
        note: msg('Part of the page; nothing is downloaded from elsewhere'),
        fill: 'bare',
        body: noSamples
          ? failureAlert(noSamples)
          : html`<ul class="samples">
              ${list.map((sample) => this.sample(sample, busy))}
            </ul>`,
      })}
    </div>`;
  }

  private sample(sample: SampleSummary, busy: boolean) {
    const kinds: Record<SampleSummary['kind'], string> = {
      symbolic: msg('symbolic'),
      vertical: msg('a domain in prose'),
      script: msg('another script'),
      known: msg('a language the model knows: it ends at “do not expand”'),
      general: msg('general text'),
    };
    return html`<li>
      <b>${sampleTitle(sample)}</b>
      <span class="note"
        >${kinds[sample.kind]} · ${plain(fileSize(sample.bytes))} ·
        <span lang="en">${sample.source.replace(/\.$/, '')} · ${sample.licence}</span></span
      >
      <span class="mono sample-text" translate="no">${sample.excerpt}</span>
      <button
        type="button"
        class="btn small"
        data-sample=${sample.id}
        aria-label=${msg(str`Use ${sampleTitle(sample)}`)}
        ?disabled=${busy}
        @click=${() => void this.lab.openSample(sample.id)}
      >
        ${msg('Use')}
      </button>
    </li>`;
  }
}
