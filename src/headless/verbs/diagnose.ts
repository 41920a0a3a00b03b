/** `diagnose`: expand or not. Needs no GPU, and with `--tokenizer` no weights. */
import { diagnose, isExtendable, type Signal } from '../../lab/index';
import type { Command } from '../arguments';
import type { Answer } from '../answer';
import { openShards } from '../countingShards';
import { progressLine } from '../stdout';
import { takenFiles } from '../taken';
import { corpusOf } from './corpus';
import { tokenizerModelOf } from './model';

export async function diagnoseVerb(command: Command): Promise<Answer> {
  const model = await tokenizerModelOf(command);
  const corpus = await corpusOf(command);
  const newTokens = command.number('new-tokens');
  const { diagnosis } = await diagnose(model, corpus, {
    onProgress: progressLine(),
    openShards,
    ...(newTokens === undefined ? {} : { newTokens }),
  });
  const { verdict, confidence, resampled, frontier, suggestedNewTokens, readAtNewTokens } = diagnosis;
  const { bytesPerPreToken, cost, droppedShare } = diagnosis;
  const signals = diagnosis.signals.map((signal) => ({
    name: signal.name,
    value: signal.value,
    threshold: signal.thresholds[0] ?? null,
    thresholds: signal.thresholds,
    verdict: signal.reading,
    weight: signal.weight,
    why: whyOf(signal),
    inputs: signal.inputs,
  }));
  const extendable = isExtendable(model.tokenizer);
  const value = {
    verdict,
    confidence,
    resampled,
    newTokens: suggestedNewTokens,
    readAtNewTokens,
    signals,
    frontier,
    ceiling: bytesPerPreToken,
    cost,
    droppedShare,
    isPrediction: true,
    extendable,
    corpus: takenFiles(corpus.summary),
  };
  const lines = signals.map(
    ({ name, value: measured, verdict: reading, why }) =>
      `${name.padEnd(16)} ${measured.toPrecision(4).padStart(9)}  ${reading.padEnd(7)} ${why}`,
  );
  return {
    value,
    text: [
      `${verdict}, ${suggestedNewTokens} new tokens; a prediction until a run has measured it`,
      `The rule gives the same answer in ${Math.round(100 * resampled.same)} of 100 resamplings of documents and marks${resampled.otherwise === null ? '' : `; else mostly: ${resampled.otherwise}`}.`,
      ...(readAtNewTokens === suggestedNewTokens
        ? []
        : [
            `No size is seen often enough, so that the signals are those of the largest, ${readAtNewTokens} new tokens.`,
          ]),
      ...(extendable
        ? []
        : [`A ${model.tokenizer.family} tokenizer is measured only: the lab can give new tokens to BPE tokenizers.`]),
      ...lines,
    ].join('\n'),
  };
}

const kilobytes = (bytes: number): string =>
  bytes < 1000 ? `${Math.round(bytes)} bytes` : `${Math.round(bytes / 1000)} KB`;
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

function whyOf({ name, value, thresholds, inputs, grammar }: Signal): string {
  const [first = 0, second = 0] = thresholds;
  switch (name) {
    case 'lostText':
      return `${inputs.lostBytes} of ${inputs.heldOutBytes} held-out bytes are lost, since the tokenizer has no token for ${inputs.lostCharacters} characters; with ${inputs.newTokens} new tokens ${inputs.lostBytesAfter}. From ${percent(first)} on this decides for new tokens.`;
    case 'compression':
      return `${percent(value)} of held-out tokens disappear; worth it from ${percent(first)}, compute breaks even at ${percent(inputs.breakEven ?? 0)}.`;
    case 'fragmentation':
      return `A token covers ${value.toFixed(2)} times the bytes it covers in general text; under ${first} is strong, over ${second} none.`;
    case 'exposure':
      return `Nine in ten new tokens are seen at least ${Math.round(value)} times in all of this text, ${inputs.links ?? 0} links of longer tokens left out; the floor is ${first}, good is ${second}.`;
    case 'boundaries':
      return `The texts are ${grammar ?? 'in a notation'}; ${percent(value)} of base tokens cross or split a symbol, too many from ${percent(first)}.`;
    case 'budget':
      return `${kilobytes(value)} of text for each new token; under ${first / 1000} KB is little, over ${second / 1000} KB plenty.`;
    case 'vocabularyShare':
      return `The vocabulary would hold ${percent(value)} of all parameters; heavy from ${percent(first)}.`;
    case 'naturalness':
      return `${percent(value)} of the new tokens are phrases that only a handful of documents repeat; suspicious from ${percent(first)}.`;
    case 'ceiling':
      return `The pre-tokenizer lets no vocabulary go beyond ${value.toFixed(2)} bytes a token.`;
  }
}
