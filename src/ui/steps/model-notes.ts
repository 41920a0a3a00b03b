/** What should be known of a model before working with it: an alert a note, with the tokens or tensors it is about. */
import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import type { ModelNote } from '../../worker/index';
import { count } from '../format';
import { alertBox, type Content } from '../parts/panel';

const SHOWN = 8;

export function modelNotes(notes: readonly ModelNote[]): TemplateResult {
  return html`${notes.map((note) => {
    const { title, text } = worded(note);
    return html`<div data-note=${note.kind}>${alertBox('warn', title, text)}</div>`;
  })}`;
}

function worded(note: ModelNote): { readonly title: string; readonly text: Content } {
  switch (note.kind) {
    case 'read-otherwise':
      return {
        title: msg(str`AutoTokenizer would cut text otherwise than tokenizer.json, as ${note.className}.`),
        text: html`${msg(
            str`It differs on ${count(note.differing)} of ${count(note.probes)} texts; the lab follows the file. For example:`,
          )} <code translate="no">${JSON.stringify(note.text)}</code> ${note.ids.join(' ')} /
          ${note.otherIds.join(' ')}.
          ${
            note.canObey
              ? msg('A download names a class that follows the file, unless you keep this one.')
              : msg('No class changes that for this kind of model: load the folder with PreTrainedTokenizerFast.')
          }`,
      };
    case 'tokens-outside':
      return {
        title: msg('Some tokens stand outside of tokenizer.json.'),
        text: html`${msg('They are taken from its other files, as transformers does:')} ${some(note.tokens)}`,
      };
    case 'renumbered':
      return {
        title: msg('A file names another id than the token gets.'),
        text: html`${msg('Ids are given as transformers gives them:')}
        ${some(note.tokens.map(({ content, named, id }) => `${content} ${named} → ${id}`))}`,
      };
    case 'past-rows':
      return {
        title: msg(str`Some added tokens lie past the ${count(note.rows)} rows of the embedding.`),
        text: html`${msg('The model opens; texts that hold one of them are refused:')}
        ${some(note.tokens.map(({ content, id }) => `${content} ${id}`))}`,
      };
    case 'unused-tensors':
      return {
        title: msg(str`${count(note.names.length)} tensors are not described by the configuration.`),
        text: html`${msg('They are neither read nor written:')} ${some(note.names)}`,
      };
  }
}

function some(names: readonly string[]): TemplateResult {
  const more = names.length - SHOWN;
  return html`<span translate="no"
      >${names.slice(0, SHOWN).map((name, at) => html`${at > 0 ? ', ' : ''}<code>${name}</code>`)}</span
    >${more > 0 ? html` ${msg(str`and ${count(more)} more`)}` : nothing}`;
}
