/** Privacy: what was sent, which requests the page made, and who enforces it. Counted by the browser, not by us. */
import { msg, str } from '@lit/localize';
import { html } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { LabElement } from '../element';
import { count } from '../format';
import { offlineState, onOfflineChange, type OfflineState } from '../offline';
import { number, type Explanation } from '../parts/number';
import { facts, panel } from '../parts/panel';

interface Requests {
  readonly here: number;
  readonly elsewhere: number;
}

function requests(): Requests {
  const entries = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
  const over = entries.filter((entry) => /^https?:/.test(entry.name));
  const here = over.filter((entry) => new URL(entry.name).origin === location.origin).length;
  return { here, elsewhere: over.length - here };
}

/** `toHub`: what the worker asked of the Hub, which the page's own list does not have. */
export function privacyExplanation(toHub = 0): Explanation {
  const { here, elsewhere: others } = requests();
  const elsewhere = others + toHub;
  return {
    name: msg('0 bytes of yours sent'),
    formula: msg(
      str`${count(here)} requests to this page’s origin, ${count(elsewhere)} elsewhere; all of them fetch, none carries a body`,
    ),
    meaning: msg(
      'The content security policy forbids every address but this page’s and the Hugging Face Hub’s, which is asked on your click.',
    ),
  };
}

/** As the page itself carries it; a development server sends it as a header, where the page cannot read it. */
function connections(): string {
  const policy = document.querySelector<HTMLMetaElement>('meta[http-equiv="Content-Security-Policy"]')?.content;
  return /connect-src [^;]+/.exec(policy ?? '')?.[0] ?? 'connect-src';
}

@customElement('tg-privacy')
export class Privacy extends LabElement {
  @state() private offline: OfflineState = offlineState();
  private stopListening?: () => void;
  @state() private seen: Requests = requests();
  private readonly observer = new PerformanceObserver(() => (this.seen = requests()));

  override connectedCallback(): void {
    super.connectedCallback();
    this.offline = offlineState();
    this.stopListening = onOfflineChange(() => (this.offline = offlineState()));
    this.observer.observe({ type: 'resource', buffered: true });
  }

  override disconnectedCallback(): void {
    this.observer.disconnect();
    this.stopListening?.();
    super.disconnectedCallback();
  }

  override render() {
    const toHub = this.lab.hub.requests;
    const policy = () => ({
      name: msg('Content security policy'),
      formula: connections(),
      meaning: msg('Part of the page and of the server’s headers, and checked by a test.'),
    });
    return panel({
      heading: msg('Privacy'),
      name: 'privacy',
      body: html`<div class="zero">
          <strong>${number(msg('0 bytes'), () => privacyExplanation(toHub))}</strong>
          <span class="note">${msg('of your data sent since the page opened')}</span>
        </div>
        ${facts([
          [msg('Requests to this site'), html`<span data-requests="here">${count(this.seen.here)}</span>`],
          [
            msg('Requests elsewhere'),
            html`<span data-requests="elsewhere">${count(this.seen.elsewhere + toHub)}</span>`,
          ],
          [msg('Enforced by'), number(msg('content security policy'), policy)],
          ...(this.offline === 'unasked'
            ? []
            : [[msg('Without a network'), this.withoutNetwork(this.offline)] as const]),
        ])}`,
    });
  }

  private withoutNetwork(state: Exclude<OfflineState, 'unasked'>) {
    const words = {
      keeping: msg('being prepared'),
      ready: msg('works from now on'),
      refused: msg('not in this browser'),
    };
    const explain = () => ({
      name: msg('Without a network'),
      formula: msg('every file of this page, by its hash'),
      meaning: msg(
        'This browser keeps the page’s own files, the bundled model and the samples among them; nothing of yours. A new build takes their place as a whole.',
      ),
    });
    return html`<span data-offline=${state}>${number(words[state], explain)}</span>`;
  }
}
