/**
 * A tokenizer as GGUF metadata, so that llama.cpp cuts text as it does: byte-level BPE with its merges and the name under which
 * llama.cpp knows its pre-tokenizer, and SentencePiece-style BPE with the scores of its pieces. The way back is tokenizer.ts.
 * What llama.cpp has no rule for is refused by name.
 */
import { LabError } from '../../error';
import { addsSpaceBefore, readSentencePiece, scoresOfMerges, type Tokenizer } from '../../tokenizer/index';
import { bool, text, u32, type GgufEntries } from './ggufFile';
import { KIND } from './pieces';
import { preTokenizerName } from './preTokenizers';
import type { GgufReason } from './reason';

const SPACE = '\u2581';

export interface TokenizerToWrite {
  readonly tokenizer: Tokenizer;
  /** Parsed. */
  readonly tokenizerJson: Readonly<Record<string, unknown>>;
  /** SentencePiece's own file with the same pieces, where the folder has one: its scores are kept. */
  readonly sentencePieceModel?: Uint8Array | undefined;
  readonly chatTemplate?: string | undefined;
  /** Rows of the matrix: rows without a token get a name of their own. */
  readonly rows: number;
}

/** Throws `checkpoint/gguf-tokenizer`. */
export function tokenizerEntries(written: TokenizerToWrite): GgufEntries {
  const { tokenizer, chatTemplate } = written;
  const blind = tokenizer.addedTokens.find(({ singleWord }) => singleWord);
  if (blind) {
    throw refused(
      `matches the token ${JSON.stringify(blind.content)} as a whole word only, which llama.cpp cannot: its ids would differ`,
      { reason: 'whole-word', what: blind.content },
    );
  }
  return {
    ...(tokenizer.family === 'byte-level-bpe' ? byteLevelEntries(written) : sentencePieceEntries(written)),
    ...endsOf(tokenizer),
    ...(chatTemplate === undefined ? {} : { 'tokenizer.chat_template': text(chatTemplate) }),
  };
}

function byteLevelEntries({ tokenizer, tokenizerJson, rows }: TokenizerToWrite): GgufEntries {
  const model = tokenizerJson.model as { readonly ignore_merges?: boolean };
  const name = preTokenizerName({
    normalizer: tokenizerJson.normalizer ?? null,
    preTokenizer: tokenizerJson.pre_tokenizer ?? null,
    ignoreMerges: model.ignore_merges ?? false,
  });
  if (name === undefined)
    throw refused('cuts text by rules that llama.cpp has no name for', { reason: 'pre-tokenizer' });
  const merges = tokenizer.bpe.merges.map(([left, right]) => `${tokenizer.piece(left)} ${tokenizer.piece(right)}`);
  const pieces = Array.from({ length: rows }, (_, id) => piece(tokenizer, id, () => KIND.normal));
  return {
    'tokenizer.ggml.model': text('gpt2'),
    'tokenizer.ggml.pre': text(name),
    ...listed(pieces),
    'tokenizer.ggml.merges': { kind: 'texts', value: merges },
  };
}

function sentencePieceEntries({ tokenizer, tokenizerJson, sentencePieceModel, rows }: TokenizerToWrite): GgufEntries {
  if (tokenizer.family !== 'sentencepiece-bpe') {
    throw refused(`is of the kind ${tokenizer.family}, which the lab does not write to GGUF`, {
      reason: 'tokenizer-kind',
      what: tokenizer.family,
    });
  }
  const prefixed = addsSpace(tokenizerJson.normalizer, tokenizerJson.pre_tokenizer);
  const known = sentencePieceModel ? readSentencePiece(sentencePieceModel).pieces : undefined;
  const scores = known
    ? Array.from({ length: rows }, (_, id) => known[id]?.score ?? 0)
    : scoresOfMerges(tokenizer, rows);
  const pieces = Array.from({ length: rows }, (_, id) => {
    const stated = known?.[id]?.type;
    const own = piece(tokenizer, id, (content) => {
      if (id === tokenizer.special.unknown) return KIND.unknown;
      if (stated !== undefined) return stated;
      return /^<0x[0-9A-F]{2}>$/.test(content) ? KIND.byte : KIND.normal;
    });
    // As llama.cpp's converter writes runs of spaces that are pieces of their own.
    return own.kind === KIND.userDefined ? { ...own, text: own.text.replaceAll(SPACE, ' ') } : own;
  });
  return {
    'tokenizer.ggml.model': text('llama'),
    'tokenizer.ggml.pre': text('default'),
    ...listed(pieces),
    'tokenizer.ggml.scores': { kind: 'f32s', value: scores },
    'tokenizer.ggml.add_space_prefix': bool(prefixed),
  };
}

function addsSpace(normalizer: unknown, preTokenizer: unknown): boolean {
  const adds = addsSpaceBefore(normalizer, preTokenizer);
  if (adds !== undefined) return adds;
  if (isMetaspace(preTokenizer)) {
    throw refused('puts a space before a text only where it does not begin with one; llama.cpp puts it there always', {
      reason: 'space',
    });
  }
  throw refused('normalises or cuts text before its merges by rules that llama.cpp does not have for it', {
    reason: 'normalizer',
  });
}

const isMetaspace = (stage: unknown): boolean => (stage as { readonly type?: unknown } | null)?.type === 'Metaspace';

interface WrittenPiece {
  readonly text: string;
  readonly kind: number;
}

function piece(tokenizer: Tokenizer, id: number, kindOf: (content: string) => number): WrittenPiece {
  // llama.cpp's converter calls rows without a token so.
  if (!tokenizer.hasId(id)) return { text: `[PAD${id}]`, kind: KIND.unused };
  const content = tokenizer.piece(id);
  const kind = kindOf(content);
  if (!tokenizer.isAdded(id) || kind === KIND.unknown) return { text: content, kind };
  return { text: content, kind: tokenizer.isSpecial(id) ? KIND.control : KIND.userDefined };
}

function listed(pieces: readonly WrittenPiece[]): GgufEntries {
  return {
    'tokenizer.ggml.tokens': { kind: 'texts', value: pieces.map((each) => each.text) },
    'tokenizer.ggml.token_type': { kind: 'i32s', value: pieces.map(({ kind }) => kind) },
  };
}

/** What stands before and after a text, and which tokens have a role. */
function endsOf(tokenizer: Tokenizer): GgufEntries {
  const { bos, eos, unknown, padding } = tokenizer.special;
  const around = Array.from(tokenizer.encode('', { specialTokens: true }).ids);
  const addsBos = bos !== null && around[0] === bos;
  const addsEos = eos !== null && around.length > Number(addsBos) && around.at(-1) === eos;
  if (around.length !== Number(addsBos) + Number(addsEos)) {
    throw refused('puts something else than its first and last token around a text', { reason: 'ends' });
  }
  const role = (name: string, id: number | null): GgufEntries =>
    id === null ? {} : { [`tokenizer.ggml.${name}_token_id`]: u32(id) };
  return {
    ...role('bos', bos),
    ...role('eos', eos),
    ...role('unknown', unknown),
    ...role('padding', padding),
    'tokenizer.ggml.add_bos_token': bool(addsBos),
    'tokenizer.ggml.add_eos_token': bool(addsEos),
  };
}

/** @param reason as in src/model/gguf/metadata.ts. */
function refused(what: string, reason?: GgufReason): LabError {
  return new LabError(
    'checkpoint/gguf-tokenizer',
    `This tokenizer ${what}.`,
    'Take the model as safetensors or ONNX: those keep tokenizer.json.',
    { ...reason },
  );
}
