/** The measurements as the tables of docs/vocabulary.md. */
import type { Diagnosis } from '../../src/lab/index';
import type { LearnMethod } from '../../src/tokenizer/index';

export type MethodResult =
  | { readonly refused: string }
  | {
      readonly newTokens: number;
      readonly bytesPerToken: number;
      readonly dead: number;
      readonly exposureP10: number;
      readonly generalChange: number;
      readonly changesText: boolean;
    };

export interface PairResult {
  readonly tokenizer: string;
  readonly corpus: string;
  /** Held-out bytes per token. */
  readonly base: number;
  readonly methods: Partial<Record<LearnMethod, MethodResult>>;
  readonly diagnosis: Diagnosis;
}

const begin = '<!-- measured: npm run bench:vocabulary -->';
const end = '<!-- end of measured -->';

export function documentOf(page: string, results: readonly PairResult[], newTokens: number): string {
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error('docs/vocabulary.md has lost its markers.');
  return [before, begin, '\n\n', tables(results, newTokens), '\n', end, after].join('');
}

function tables(results: readonly PairResult[], newTokens: number): string {
  return [
    `### Held-out bytes per token, ${newTokens} new ids`,
    '',
    'More is shorter. The best of a row is bold; a number in brackets is how many ids the way could use.',
    '',
    '| tokenizer | corpus | base | continued | independent | added words | atoms |',
    '|---|---|---|---|---|---|---|',
    ...results.map((result) => lengthRow(result, newTokens)),
    '',
    '### What it costs',
    '',
    'Exposure: occurrences of the rarest tenth in the training text, links of merge chains left out. Dead: tokens of the independent vocabulary that no text is cut',
    'into. General: change of bytes per token on English prose; under 0 it became longer.',
    '',
    '| tokenizer | corpus | exposure, continued | independent | dead | general, continued | independent | added | atoms |',
    '|---|---|---|---|---|---|---|---|---|',
    ...results.map(costRow),
    '',
    '### What the diagnosis says',
    '',
    '| tokenizer | corpus | verdict | confidence | size | saves | fragmentation | exposure | violations |',
    '|---|---|---|---|---|---|---|---|---|',
    ...results.map(diagnosisRow),
    '',
  ].join('\n');
}

const order: readonly LearnMethod[] = ['continued', 'independent', 'added', 'atomic'];

function lengthRow({ tokenizer, corpus, base, methods }: PairResult, newTokens: number): string {
  const found = order.map((method) => methods[method]);
  const best = Math.max(...found.map((result) => (result && 'bytesPerToken' in result ? result.bytesPerToken : 0)));
  const cells = found.map((result) => {
    if (!result || 'refused' in result) return '–';
    const text = result.bytesPerToken.toFixed(2);
    const shown = text === best.toFixed(2) ? `**${text}**` : text;
    return `${shown}${result.newTokens === newTokens ? '' : ` (${result.newTokens})`}${result.changesText ? ' ¹' : ''}`;
  });
  return row([tokenizer, corpus, base.toFixed(2), ...cells]);
}

function costRow({ tokenizer, corpus, methods }: PairResult): string {
  const of = (method: LearnMethod, show: (result: Exclude<MethodResult, { refused: string }>) => string): string => {
    const result = methods[method];
    return !result || 'refused' in result ? '–' : show(result);
  };
  const general = (method: LearnMethod) =>
    of(method, ({ generalChange }) => `${generalChange > 0 ? '+' : ''}${(100 * generalChange).toFixed(2)} %`);
  return row([
    tokenizer,
    corpus,
    of('continued', ({ exposureP10 }) => String(exposureP10)),
    of('independent', ({ exposureP10 }) => String(exposureP10)),
    of('independent', ({ dead }) => String(dead)),
    ...order.map(general),
  ]);
}

function diagnosisRow({ tokenizer, corpus, diagnosis }: PairResult): string {
  const value = (name: string) => diagnosis.signals.find((signal) => signal.name === name)?.value;
  const percent = (share: number | undefined) => (share === undefined ? '–' : `${(100 * share).toFixed(1)} %`);
  return row([
    tokenizer,
    corpus,
    diagnosis.verdict.replaceAll('-', ' '),
    diagnosis.confidence.toFixed(2),
    String(diagnosis.suggestedNewTokens),
    percent(value('compression')),
    value('fragmentation')?.toFixed(2) ?? '–',
    String(value('exposure') ?? '–'),
    percent(value('boundaries')),
  ]);
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
