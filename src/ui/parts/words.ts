/** The words of the page, where they stand: folded away until they are asked for. */
import { msg } from '@lit/localize';
import { html, type TemplateResult } from 'lit';
import { glossary } from '../wording/glossary';

export const words = (): TemplateResult =>
  html`<details class="panel words" data-panel="glossary">
    <summary>${msg('Glossary')}</summary>
    <dl class="lengths">
      ${glossary().map(
        ([term, meaning]) =>
          html`<div>
            <dt>${term}</dt>
            <dd>${meaning}</dd>
          </div>`,
      )}
    </dl>
  </details>`;
