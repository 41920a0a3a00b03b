/** Step 4. The new tokens: a text of your own cut before and after, what they save on held-out and general text, the table. */
import { Task } from '@lit/task';
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Tokenized, VocabularySummary } from '../../worker/index';
import { LabElement } from '../element';
import { count, duration, fileSize, fixed, joinSentences, percent, plain } from '../format';
import { number } from '../parts/number';
import { ghostTable } from '../parts/ghost-table';
import { alertBox, emptyState, failureAlert, loadingPanel, panel, verdict } from '../parts/panel';
import { pieces } from '../parts/pieces';
import { errorOf, valueOf, type Slot } from '../state/slot';
import type { Topic } from '../state/lab-state';
import { shortfallText } from '../wording/shortfall';
import { shorterBy, vocabularySentence } from '../wording/verdicts';
import './candidates';
import './draft';
import './kept-offer';
import './room-choice';

const namedWords = 20;

@customElement('tg-step-vocabulary')
export class VocabularyStep extends LabElement {
  @state() private typed: string | null = null;
  private asked: unknown = null;

  private readonly cut = new Task(this, {
    args: () => [this.text, valueOf(this.lab.slots.vocabulary)] as const,
    task: ([text, vocabulary]): Promise<Tokenized> | null => (vocabulary ? this.lab.lab.tokenize(text) : null),
  });

  private get text(): string {
    if (this.typed !== null) return this.typed;
    const excerpt = valueOf(this.lab.slots.diagnosis)?.heldOutExcerpt ?? valueOf(this.lab.slots.corpus)?.excerpt ?? '';
    return excerpt.slice(0, 240);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.arrive();
  }

  protected override labChanged(_topic: Topic): void {
    this.arrive();
    this.requestUpdate();
  }

  private arrive(): void {
    const { diagnosis, candidates } = this.lab.slots;
    if (this.lab.guided || diagnosis.status !== 'ready' || candidates.status !== 'empty' || this.lab.newTokens === 0)
      return;
    if (this.asked === diagnosis.value) return;
    this.asked = diagnosis.value;
    void this.lab.words.loadCandidates();
  }

  override render() {
    const slot = this.lab.slots.vocabulary;
    const vocabulary = valueOf(slot);
    const { candidates } = this.lab.slots;
    const failed = errorOf(slot) ?? errorOf(candidates);
    const diagnosed = this.lab.slots.diagnosis.status === 'ready';
    return html`<div class="page">
      ${vocabulary ? this.said(vocabulary) : this.unsaid(slot, diagnosed && candidates.status === 'empty')}
      ${vocabulary?.refused ? this.leftOut(vocabulary.refused) : nothing} ${failed ? failureAlert(failed) : nothing}
      <tg-kept-offer></tg-kept-offer><tg-draft></tg-draft>
      ${
        candidates.status === 'pending'
          ? loadingPanel(msg('Candidates'), candidates.progress, 8, () => this.lab.cancel('candidates'))
          : vocabulary || candidates.status === 'ready'
            ? html`${vocabulary ? html`${this.beforeAfter(vocabulary)}${this.lengths(vocabulary)}` : this.waiting(slot)}
                <tg-room-choice></tg-room-choice><tg-candidates></tg-candidates>`
            : candidates.status === 'failed'
              ? html`<tg-candidates></tg-candidates>`
              : diagnosed
                ? nothing
                : panel({
                    heading: msg('New tokens'),
                    body: html`${emptyState(
                      msg('No diagnosis yet.'),
                      msg('Each new token gets a row here once its size is chosen.'),
                      html`<a class="btn" href="#diagnose">${msg('Go to Diagnose')}</a>`,
                    )}
                    ${ghostTable([
                      ...[msg('Token'), msg('Pieces it replaces'), msg('Occurrences'), msg('Documents')],
                      ...[msg('Tokens saved'), msg('Exposure'), msg('Flags')],
                    ])}`,
                  })
      }
    </div>`;
  }

  private said(vocabulary: VocabularySummary) {
    const { heldOut } = vocabulary;
    const shorter = number(percent(shorterBy(vocabulary)), () => ({
      name: msg('Shorter by'),
      formula: `1 − ${count(heldOut.tokensAfter)} ÷ ${count(heldOut.tokensBefore)} = ${percent(shorterBy(vocabulary))}`,
      meaning: msg('Held-out text: tokens with the graft against tokens without.'),
    }));
    const rows = vocabulary.removal
      ? msg(
          str`The embedding keeps its ${count(vocabulary.embeddingRowsAfter)} rows: ${count(vocabulary.removal.removed)} old tokens gave theirs.`,
        )
      : vocabulary.spareRowsUsed > 0
        ? msg(str`${count(vocabulary.spareRowsUsed)} of them use rows the model had to spare.`)
        : msg(
            str`The embedding grows from ${count(vocabulary.embeddingRowsBefore)} to ${count(vocabulary.embeddingRowsAfter)} rows.`,
          );
    return verdict(
      vocabularySentence(vocabulary),
      html`${msg(html`Held-out text gets ${shorter} shorter.`)} ${joinSentences(rows, ...this.notes(vocabulary))}`,
      html`<a class="btn main" href="#train">${msg('Train these tokens')}</a>`,
    );
  }

  private leftOut(words: readonly string[]) {
    const named = words.slice(0, namedWords).join(', ') + (words.length > namedWords ? ', …' : '');
    return alertBox(
      'warn',
      msg(str`${count(words.length)} frequent words were left out.`),
      html`${msg('As added tokens they would be decoded as other text: a byte-level decoder takes words in letters of its own alphabet for bytes.')}
        <span translate="no" data-refused>${named}</span>`,
    );
  }

  /** Why there are not as many as were asked for, and what of the lost text they give back. */
  private notes({ shortfall, heldOut: { lostBefore, lostAfter } }: VocabularySummary): string[] {
    return [
      ...(lostBefore > 0
        ? [
            msg(
              str`${count(lostAfter)} bytes of held-out text are lost instead of ${count(lostBefore)}; a lost byte counts as a token.`,
            ),
          ]
        : []),
      ...(shortfall ? [shortfallText(shortfall)] : []),
    ];
  }

  private unsaid(slot: Slot<unknown>, canLoad: boolean) {
    const { counts } = this.lab.editor;
    if (counts) {
      return verdict(
        slot.status === 'failed'
          ? msg(str`${count(counts.newTokens)} new tokens could not be built.`)
          : slot.status === 'pending' || this.lab.editor.isWaiting
            ? msg(str`${count(counts.newTokens)} new tokens are being built.`)
            : msg(str`${count(counts.newTokens)} new tokens are chosen.`),
        msg(str`Held-out text gets ${percent(1 - counts.heldOut.tokensAfter / counts.heldOut.tokensBefore)} shorter.`),
      );
    }
    return verdict(
      msg('Which tokens should it get?'),
      msg('Learned by continuing the model’s own merges on your training text; old ids stay what they are.'),
      canLoad
        ? html`<button type="button" class="btn main" @click=${() => void this.lab.words.loadCandidates()}>
            ${msg(str`Build ${count(this.lab.newTokens)} tokens`)}
          </button>`
        : nothing,
    );
  }

  private waiting(slot: Slot<unknown>) {
    return slot.status === 'pending'
      ? loadingPanel(msg('Before and after'), slot.progress, 4, () => this.lab.cancel('vocabulary'))
      : nothing;
  }

  private beforeAfter(vocabulary: VocabularySummary) {
    const cut = this.cut.value;
    const base = cut?.base ?? [];
    const grafted = cut?.grafted ?? [];
    const fewer =
      base.length > 0 && grafted.length > 0 ? msg(str`${percent(1 - grafted.length / base.length, 0)} fewer`) : '';
    return panel({
      heading: msg('Before and after'),
      note: msg('Type or paste. The same piece has the same colour on both sides'),
      end: html`<span class="legend"><span class="pc pn small">${msg('new token')}</span></span>`,
      fill: 'bare',
      name: 'before-after',
      body: html`<div class="body">
          <label
            ><span class="sr">${msg('Text to cut')}</span
            ><textarea
              rows="2"
              spellcheck="false"
              .value=${this.text}
              @input=${(event: Event) => (this.typed = (event.target as HTMLTextAreaElement).value)}
            ></textarea>
          </label>
        </div>
        <div class="ba" data-new=${vocabulary.newTokens.length}>
          <div>
            <h3><b data-count="base">${count(base.length)}</b> ${msg('tokens in the base')}</h3>
            <div class="tokens" translate="no">
              ${base.length ? pieces(base) : html`<span class="note">${msg('Type something above.')}</span>`}
            </div>
          </div>
          <div>
            <h3>
              <b data-count="grafted">${count(grafted.length)}</b> ${msg('tokens with the graft')}
              <span class="note">${fewer}</span>
            </h3>
            <div class="tokens" translate="no">${pieces(grafted)}</div>
          </div>
        </div>`,
    });
  }

  private converter({ llamaCppHash: hash, hasTokenizerModel }: VocabularySummary) {
    if (!hash && hasTokenizerModel)
      return msg('llama.cpp’s converter takes this tokenizer from tokenizer.model, which gets the new tokens too.');
    if (!hash)
      return msg(
        'Without a tokenizer.model llama.cpp’s converter gives all pieces one score and cuts text otherwise: GGUF in Download is written with their scores.',
      );
    if (hash.before === hash.after)
      return msg('llama.cpp’s converter asks for the hash that the base’s tokenizer has: it knows both or neither.');
    return number(msg('llama.cpp’s converter will ask for this tokenizer’s hash'), () => ({
      name: msg('Pre-tokenizer hash'),
      formula: hash.after,
      meaning: msg(
        'The converter knows byte-level pre-tokenizers by a hash that new tokens changed. Add it beside the base’s: the rules are the same.',
      ),
    }));
  }

  private lengths(vocabulary: VocabularySummary) {
    const rows = [
      [msg('Held-out text'), vocabulary.heldOut],
      [msg('General text'), vocabulary.general],
    ] as const;
    return panel({
      heading: msg('Bytes per token'),
      note: msg(str`more is shorter; counted in ${duration(vocabulary.milliseconds)}`),
      fill: 'flush',
      name: 'lengths',
      body: html`<table class="lengths">
        <thead>
          <tr>
            <th>${msg('Text')}</th>
            <th class="r hide-n">${msg('Size')}</th>
            <th class="r">${msg('Base')}</th>
            <th class="r">${msg('With the graft')}</th>
            <th class="r">${msg('Tokens saved')}</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(([name, text]) => {
            const explain = (tokens: number) => () => ({
              name: msg('Bytes per token'),
              formula: `${count(text.bytes)} ÷ ${count(tokens)} = ${fixed(text.bytes / tokens, 2)}`,
              meaning: name,
            });
            return html`<tr>
              <td>${name}</td>
              <td class="num hide-n">${plain(fileSize(text.bytes))}</td>
              <td class="num">${number(fixed(text.bytes / text.tokensBefore, 2), explain(text.tokensBefore))}</td>
              <td class="num">${number(fixed(text.bytes / text.tokensAfter, 2), explain(text.tokensAfter))}</td>
              <td class="num">${percent(1 - text.tokensAfter / text.tokensBefore)}</td>
            </tr>`;
          })}
        </tbody>
      </table>`,
      footer: html`<span class="note">${this.converter(vocabulary)}</span>`,
    });
  }
}
