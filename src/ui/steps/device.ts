/** This device: what the browser says of the adapter, what we measured on it, and whether its numbers are right. */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { AdapterSummary } from '../../worker/index';
import { LabElement } from '../element';
import { count, fixed, measured, memorySize, withUnit } from '../format';
import { number } from '../parts/number';
import { facts, failureAlert, loadingPanel, panel, status, type Fact } from '../parts/panel';

@customElement('tg-device')
export class Device extends LabElement {
  override render() {
    const slot = this.lab.slots.adapter;
    if (slot.status === 'ready') return this.adapter(slot.value);
    if (slot.status === 'failed') return failureAlert(slot.error);
    return loadingPanel(msg('This device'), slot.status === 'pending' ? slot.progress : undefined, 5);
  }

  private adapter(adapter: AdapterSummary) {
    const word = !adapter.available
      ? status('bad', msg('cannot train'))
      : adapter.isSoftware
        ? status('warn', msg('software'))
        : status('good', msg('ready'));
    return panel({
      heading: msg('This device'),
      name: 'device',
      end: word,
      body: adapter.available
        ? facts(this.rows(adapter))
        : html`<p class="note">${msg('Nothing to show without an adapter.')}</p>`,
      footer: adapter.isSoftware
        ? html`<p class="note">
            ${msg('The browser computes on the processor: expect minutes where a graphics card takes seconds.')}
          </p>`
        : (nothing as never),
    });
  }

  private rows(adapter: AdapterSummary): Fact[] {
    const name =
      [adapter.vendor, adapter.architecture].filter(Boolean).join(', ') || adapter.description || msg('unnamed');
    const { selfTest, gigaflopsPerSecond: speed } = adapter;
    const rows: Fact[] = [
      [
        msg('Adapter'),
        number(name, () => ({
          name: msg('Adapter'),
          formula: adapter.description || name,
          meaning: msg('As the browser names it. Browsers do not reveal the exact card.'),
        })),
      ],
      [
        msg('16-bit floats'),
        number(adapter.hasF16 ? msg('yes') : msg('no'), () => ({
          name: 'shader-f16',
          formula: adapter.hasF16 ? msg('available') : msg('not available'),
          meaning: msg('Without it everything runs in f32; slower, not different.'),
        })),
      ],
      [
        msg('Subgroups'),
        number(adapter.subgroupSize ? withUnit(count(adapter.subgroupSize), msg('lanes')) : msg('no'), () => ({
          name: msg('Subgroups'),
          formula: adapter.subgroupSize ? msg(str`${adapter.subgroupSize} lanes`) : msg('not available'),
          meaning: msg('Used for sums where they exist. Never required.'),
        })),
      ],
      [
        msg('Largest binding'),
        number(measured(memorySize(adapter.largestBindingBytes)), () => ({
          name: msg('Largest storage binding'),
          formula: `maxStorageBufferBindingSize = ${count(adapter.largestBindingBytes)}`,
          meaning: msg('The default is 128 MiB. Vocabulary matrices larger than this are split by rows.'),
        })),
      ],
    ];
    if (speed !== undefined) {
      const shown =
        speed >= 1000
          ? withUnit(fixed(speed / 1000, 1), 'TFLOP/s')
          : withUnit(fixed(speed, speed < 10 ? 1 : 0), 'GFLOP/s');
      rows.push([
        msg('Measured speed'),
        number(shown, () => ({
          name: msg('Measured speed'),
          formula: msg(str`${fixed(speed, 1)} billion operations a second, f32`),
          meaning: msg('Measured on the training matrix product when the page opened.'),
        })),
      ]);
    }
    if (selfTest) {
      rows.push([
        msg('Self-test'),
        number(
          selfTest.failed.length === 0
            ? html`<span data-self-test="pass">${msg(str`${selfTest.passed} of ${selfTest.total} pass`)}</span>`
            : status('bad', msg(str`${selfTest.failed.length} of ${selfTest.total} fail`)),
          () => ({
            name: msg('Self-test'),
            formula: selfTest.failed.length
              ? selfTest.failed.join(', ')
              : msg(str`${selfTest.passed} of ${selfTest.total}`),
            meaning: msg('Kernels on this adapter against the processor, before anything is trusted to them.'),
          }),
        ),
      ]);
    }
    return rows;
  }
}
