/** The words that neither the page nor a report can do without: one table for both. */
import { msg, str } from '@lit/localize';
import { exposureFloor } from '../../exposureFloor';

export const glossary = (): readonly (readonly [term: string, meaning: string])[] => [
  [
    msg('Bits per byte'),
    msg(
      'What the model needs to write the held-out text, in bits, divided by its bytes. It does not depend on how the text is cut into tokens, so that vocabularies can be compared; loss per token cannot.',
    ),
  ],
  [
    msg('Control'),
    msg(
      'The same model with its old vocabulary, trained on the same text with the same freedom to move. Against the untouched base the vocabulary would be credited with what the text did.',
    ),
  ],
  [
    msg('Equal bytes'),
    msg('Every arm reads the same number of bytes of training text, however many steps that takes.'),
  ],
  [
    msg('Bootstrap'),
    msg(
      'Documents and seeds are drawn again and again with replacement; the interval holds the middle 95\u00a0% of what comes out.',
    ),
  ],
  [
    msg('Margin'),
    msg('What still counts as not worse than the control: a share of its bits per byte, set before the run.'),
  ],
  [
    'P10',
    msg(
      'Nine of ten new tokens are seen at least so often in training. Tokens seen rarely start without having learned.',
    ),
  ],
  [
    msg('Starved'),
    msg(
      str`Seen fewer than ${exposureFloor} times in training, as a new token that stands alone: it has hardly learned. Those never seen are among them.`,
    ),
  ],
  [
    msg('Break-even'),
    msg('How many tokens a new vocabulary must save until its larger tables cost no more than they spare.'),
  ],
];
