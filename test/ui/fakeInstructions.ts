/** Conversations as the fake lab reads them. */
import type { InstructionSummary } from '../../src/worker/index';

export const fakeInstructions: InstructionSummary = {
  name: 'Questions about molecules',
  forms: { 'question-answer': 1250 },
  ...{ conversations: 1250, heldOut: 127, bytes: 76_312, answerBytes: 1742, duplicates: 0 },
  first: [
    { role: 'user', content: 'How many oxygen atoms has N#Cc1cccc(Oc2ccccc2)c1?' },
    { role: 'assistant', content: '1' },
  ],
};
