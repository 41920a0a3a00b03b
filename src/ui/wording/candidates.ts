/** The ways to a vocabulary and the flags of a candidate, in words. */
import { msg } from '@lit/localize';
import { html } from 'lit';
import type { CandidateFlag, VocabularyChoice } from '../../worker/index';
import type { Content } from '../parts/panel';

export function methodNote(method: VocabularyChoice['method']): Content {
  const notes: Record<VocabularyChoice['method'], () => string> = {
    continued: () => msg('Learned by continuing the base’s own merges'),
    independent: () => msg('Learned from the alphabet, then merged into the base'),
    added: () => msg('Frequent words, found before the base cuts the text'),
    atomic: () => msg('One token for each symbol of the notation'),
  };
  return notes[method]();
}

export const flag = (text: string, isQuiet: boolean) => html`<span class="flag ${isQuiet ? 'q' : ''}">${text}</span> `;

export function flagWord(name: CandidateFlag) {
  const words: Record<CandidateFlag, () => ReturnType<typeof flag>> = {
    'part-of-character': () => flag(msg('part of a character'), true),
    'inside-another': () => flag(msg('inside another'), false),
    'bound-pair': () => flag(msg('bound pair'), false),
    'few-documents': () => flag(msg('few documents'), false),
    'near-duplicate': () => flag(msg('near-duplicate'), true),
  };
  return words[name]();
}
