/** The flags of learning a vocabulary. */
import { LabError } from '../../error';
import type { VocabularyOptions } from '../../lab/index';
import { grammars, type GrammarName, type LearnMethod } from '../../tokenizer/index';
import type { Command } from '../arguments';

const methods: readonly string[] = ['continued', 'independent', 'added', 'atomic'] satisfies LearnMethod[];

export function learningOptions(command: Command): Omit<VocabularyOptions, 'newTokens'> {
  const [method = '', grammar] = command.text('method')!.split(':');
  const isGrammar = grammar === undefined || (method === 'atomic' && grammar in grammars);
  if (!methods.includes(method) || !isGrammar) {
    throw new LabError(
      'headless/bad-arguments',
      `\`--method\` cannot be \`${command.text('method')}\`.`,
      `One of: ${methods.join(', ')}; atomic takes a grammar: atomic:${Object.keys(grammars).join(', atomic:')}.`,
    );
  }
  const [minFrequency, minDocuments, maxPieceLength] = ['min-frequency', 'min-documents', 'max-length'].map((flag) =>
    command.number(flag),
  );
  const never = command.text('never');
  return {
    method: method as LearnMethod,
    ...(grammar === undefined ? {} : { grammar: grammar as GrammarName }),
    ...(minFrequency === undefined ? {} : { minFrequency }),
    ...(minDocuments === undefined ? {} : { minDocuments }),
    ...(maxPieceLength === undefined ? {} : { maxPieceLength }),
    ...(command.isSet('merge-digits') ? { forbidDigits: false } : {}),
    ...(never === undefined ? {} : { neverMerge: pattern(never) }),
  };
}

function pattern(source: string): RegExp {
  try {
    return new RegExp(source, 'u');
  } catch (cause) {
    throw new LabError(
      'headless/bad-arguments',
      `\`--never\` is no regular expression: ${(cause as Error).message}.`,
      'Write it as JavaScript does, without slashes.',
    );
  }
}
