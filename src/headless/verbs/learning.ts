/** The flags of learning a vocabulary. */
import { LabError } from '../../error';
import type { LearnRules, LearnWay, TokenizerClassChoice } from '../../lab/index';
import { grammarNames, type GrammarName, type LearnMethod } from '../../tokenizer/index';
import type { Command } from '../arguments';

const methods: readonly string[] = ['continued', 'independent', 'added', 'atomic'] satisfies LearnMethod[];

export function learnWay(command: Command): LearnWay {
  const [method = '', grammar] = command.text('method')!.split(':');
  const isGrammar =
    grammar === undefined || (method === 'atomic' && (grammarNames as readonly string[]).includes(grammar));
  if (!methods.includes(method) || !isGrammar) {
    throw new LabError(
      'headless/bad-arguments',
      `\`--method\` cannot be \`${command.text('method')}\`.`,
      `One of: ${methods.join(', ')}; atomic takes a grammar: atomic:${grammarNames.join(', atomic:')}.`,
    );
  }
  return {
    method: method as LearnMethod,
    ...(grammar === undefined ? {} : { grammar: grammar as GrammarName }),
    rules: learnRules(command),
  };
}

/** `--tokenizer-class`. */
export function tokenizerClassOf(command: Command): TokenizerClassChoice {
  return command.text('tokenizer-class') as TokenizerClassChoice;
}

function learnRules(command: Command): LearnRules {
  const numbers = { minFrequency: 'min-frequency', minDocuments: 'min-documents', maxPieceLength: 'max-length' };
  const given = Object.entries(numbers).flatMap(([rule, flag]) => {
    const value = command.number(flag);
    return value === undefined ? [] : [[rule, value]];
  });
  const neverMerge = command.text('never');
  return {
    ...(Object.fromEntries(given) as LearnRules),
    ...(command.isSet('merge-digits') ? { mergeDigits: true } : {}),
    ...(neverMerge === undefined ? {} : { neverMerge }),
    unit: command.text('unit') as 'document' | 'line',
  };
}
