/** This device: what computes and what may be chosen, what we measured on it, and whether its numbers are right. */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { DroppedVariant, EngineSummary } from '../../worker/index';
import { LabElement } from '../element';
import { count, fixed, measured, memorySize, withUnit } from '../format';
import { number } from '../parts/number';

import { facts, failureAlert, loadingPanel, panel, segmented, status, type Fact } from '../parts/panel';
import { engineChoice } from '../storage';
import { droppedKernels, engineReason } from '../wording/engines';

@customElement('tg-device')
export class Device extends LabElement {
  override render() {
    const slot = this.lab.slots.engine;
    if (slot.status === 'ready') return this.device(slot.value);
    if (slot.status === 'failed') return failureAlert(slot.error);
    return loadingPanel(msg('This device'), slot.status === 'pending' ? slot.progress : undefined, 5);
  }

  private device(engine: EngineSummary) {
    const word = !engine.available
      ? status('bad', msg('cannot train'))
      : engine.kind === 'software-gpu'
        ? status('warn', msg('software'))
        : status('good', msg('ready'));
    const reason = engine.kind === 'software-gpu' ? slowGpu() : engineReason(engine);
    return panel({
      heading: msg('This device'),
      name: 'device',
      end: word,
      body: html`${this.choice()}${facts(this.rows(engine))}${droppedNote(engine)}`,
      footer: reason === null ? (nothing as never) : html`<p class="note">${reason}</p>`,
    });
  }

  private choice() {
    return html`<div class="field-row" data-engine-choice>
      ${segmented(
        msg('Compute with'),
        [
          { value: 'auto', label: msg('Automatic') },
          { value: 'gpu', label: msg('GPU') },
          { value: 'processor', label: msg('Processor') },
        ] as const,
        engineChoice(),
        (next) => void this.lab.chooseEngine(next),
      )}
    </div>`;
  }

  private rows(engine: EngineSummary): Fact[] {
    return [...(engine.kind === 'processor' ? processorRows(engine) : gpuRows(engine)), ...this.measured(engine)];
  }

  private measured(engine: EngineSummary): Fact[] {
    const rows: Fact[] = [];
    const { selfTest, gigaflopsPerSecond: speed } = engine;
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
    const tokens = this.lab.desk.tokensPerSecond;
    if (tokens !== null) {
      rows.push([
        msg('With this model'),
        number(
          withUnit(`≈ ${count(tokens < 100 ? Math.round(tokens) : Math.round(tokens / 10) * 10)}`, msg('tokens/s')),
          () => ({
            name: msg('Training speed'),
            formula: msg('as the last run here did; before one, 70\u00a0% of the measured speed ÷ operations a token'),
            meaning: msg('For training everything; new rows alone are faster. Every estimate of time is made of it.'),
          }),
        ),
      ]);
    }
    if (engine.dropped?.length) rows.push(droppedRow(engine.dropped));
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
            meaning: msg(
              'Every operation against plain loops, forward and backward, before anything is trusted to it.',
            ),
          }),
        ),
      ]);
    }
    return rows;
  }
}

function droppedRow(dropped: readonly DroppedVariant[]): Fact {
  return [
    msg('Kernels left out'),
    number(html`<span data-dropped>${count(dropped.length)}</span>`, () => ({
      name: msg('Kernels left out'),
      formula: dropped.map(({ variant, reason }) => `${variant}: ${reason.split('\n')[0]}`).join('\n'),
      meaning: msg('Every operation against plain loops, forward and backward, before anything is trusted to it.'),
    })),
  ];
}

function droppedNote(engine: EngineSummary) {
  const sentences = droppedKernels(engine);
  return sentences.length === 0 ? nothing : html`<p class="note" data-dropped-note>${sentences.join(' ')}</p>`;
}

function gpuRows(engine: EngineSummary): Fact[] {
  const name = [engine.vendor, engine.architecture].filter(Boolean).join(', ') || engine.description || msg('unnamed');
  return [
    [
      msg('Adapter'),
      number(name, () => ({
        name: msg('Adapter'),
        formula: engine.description || name,
        meaning: msg('As the browser names it. Browsers do not reveal the exact card.'),
      })),
    ],
    [
      msg('16-bit floats'),
      number(engine.hasF16 ? msg('yes') : msg('no'), () => ({
        name: 'shader-f16',
        formula: engine.hasF16 ? msg('available') : msg('not available'),
        meaning: msg('Without it everything runs in f32; slower, not different.'),
      })),
    ],
    [
      msg('Subgroups'),
      number(engine.subgroupSize ? withUnit(count(engine.subgroupSize), msg('lanes')) : msg('no'), () => ({
        name: msg('Subgroups'),
        formula: engine.subgroupSize ? msg(str`${engine.subgroupSize} lanes`) : msg('not available'),
        meaning: msg('Used for sums where they exist. Never required.'),
      })),
    ],
    [
      msg('Largest binding'),
      number(measured(memorySize(engine.largestBindingBytes)), () => ({
        name: msg('Largest storage binding'),
        formula: `maxStorageBufferBindingSize = ${count(engine.largestBindingBytes)}`,
        meaning: msg('The default is 128 MiB. Vocabulary matrices larger than this are split by rows.'),
      })),
    ],
  ];
}

function processorRows({ threads = 1, description }: EngineSummary): Fact[] {
  return [
    [
      msg('Processor'),
      number(withUnit(count(threads), threads === 1 ? msg('thread') : msg('threads')), () => ({
        name: msg('Threads'),
        formula: description,
        meaning: msg('Without cross-origin isolation a page gets one thread; with it, one for each core up to eight.'),
      })),
    ],
  ];
}

function slowGpu(): string {
  return msg('The browser computes on the processor: expect minutes where a graphics card takes seconds.');
}
