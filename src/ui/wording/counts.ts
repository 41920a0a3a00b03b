/** Things in numbers, one of them in the singular. */
import { msg, str } from '@lit/localize';
import { count } from '../format';

export const armsText = (amount: number): string => (amount === 1 ? msg('1 arm') : msg(str`${count(amount)} arms`));

export const seedsText = (amount: number): string => (amount === 1 ? msg('1 seed') : msg(str`${count(amount)} seeds`));

export const trainingsText = (amount: number): string =>
  amount === 1 ? msg('1 training') : msg(str`${count(amount)} trainings`);

export const runsToComeText = (amount: number): string =>
  amount === 1 ? msg('1 run is still to come') : msg(str`${count(amount)} runs are still to come`);

export const documentsText = (amount: number): string =>
  amount === 1 ? msg('1 held-out document') : msg(str`${count(amount)} held-out documents`);

export const textDocumentsText = (amount: number): string =>
  amount === 1 ? msg('1 document') : msg(str`${count(amount)} documents`);

export const tokensText = (amount: number): string =>
  amount === 1 ? msg('1 token') : msg(str`${count(amount)} tokens`);

export const stepsText = (amount: number): string => (amount === 1 ? msg('1 step') : msg(str`${count(amount)} steps`));

/** Of three and more there is one. */
export const noIntervalText = (documents: number): string =>
  documents === 1
    ? msg('one document, so no interval')
    : msg(str`${count(documents)} documents, too few for an interval`);

export const newTokensText = (amount: number): string =>
  amount === 1 ? msg('1 new token') : msg(str`${count(amount)} new tokens`);

export const filesText = (amount: number): string => (amount === 1 ? msg('1 file') : msg(str`${count(amount)} files`));
