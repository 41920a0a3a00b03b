/** `corpus`: what a corpus is read as, before anything is made of it. */
import type { Command } from '../arguments';
import type { Answer } from '../answer';
import { corpusAnswer } from '../taken';
import { corpusOf } from './corpus';

export async function corpusVerb(command: Command): Promise<Answer> {
  const { summary } = await corpusOf(command);
  const value = corpusAnswer(summary);
  const { documents, entities, train, heldOut, duplicates, withoutText, first } = value;
  return {
    value,
    text: [
      `${documents} documents about ${entities} things: ${train} to train on, ${heldOut} held out; ${duplicates} duplicates and ${withoutText} without text left out`,
      'First documents:',
      ...first.map((text, at) => `${at + 1}. ${text}`),
    ].join('\n'),
  };
}
