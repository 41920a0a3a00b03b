/**
 * tokenizer.json and tokenizer_config.json from a GGUF file's metadata, so that ids are those of the tokenizer it was
 * converted from: byte-level BPE ("gpt2") with its merges, and SentencePiece-style BPE ("llama") whose merges follow from
 * the scores. Lost in GGUF, and therefore plain here: whether an added token strips spaces beside it.
 */
import { ggufUnsupported, type GgufMetadata } from './metadata';
import { KIND, readPieces, roleId, type Piece, type Role } from './pieces';
import { preTokenizerOf } from './preTokenizers';
import { mergesFromScores, templateAround } from '../../tokenizer/index';

const SPACE = '\u2581';

/**
 * The converter writes Gemma's runs of spaces as spaces, with a score of its own. In tokenizer.json they are runs of
 * U+2581 that merge before all else, as user-defined pieces do in SentencePiece.
 */
function asTrained(piece: Piece): Piece {
  if (piece.kind !== KIND.userDefined) return piece;
  const text = /^ +$/.test(piece.text) ? SPACE.repeat(piece.text.length) : piece.text;
  return { ...piece, text, score: Infinity };
}

/** Added before and after a text. */
interface Ends {
  readonly bos: Piece | undefined;
  readonly eos: Piece | undefined;
}

export function tokenizerFiles(metadata: GgufMetadata, embeddingRows: number): Record<string, string> {
  const model = metadata.needed('tokenizer.ggml.model', metadata.text('tokenizer.ggml.model'));
  if (model !== 'gpt2' && model !== 'llama') {
    throw ggufUnsupported(
      metadata.file,
      `has a tokenizer of the kind "${model.slice(0, 40)}"; "gpt2" and "llama" are read`,
    );
  }
  const read = readPieces(metadata);
  const pieces = model === 'llama' ? read.map(asTrained) : read;
  const roles = rolesOf(metadata, pieces);
  const { json, ends } =
    model === 'gpt2' ? byteLevelJson(metadata, pieces, roles) : sentencePieceJson(metadata, pieces, roles);
  const added = pieces.filter(({ kind }) => isAdded(kind)).map(addedToken);
  const template = metadata.text('tokenizer.chat_template');
  const config = {
    add_bos_token: ends.bos !== undefined,
    add_eos_token: ends.eos !== undefined,
    added_tokens_decoder: Object.fromEntries(added.map(({ id, ...token }) => [id, token])),
    bos_token: roles.bos?.text ?? null,
    eos_token: roles.eos?.text ?? null,
    pad_token: roles.padding?.text ?? null,
    unk_token: roles.unknown?.text ?? null,
    clean_up_tokenization_spaces: false,
    model_max_length: metadata.whole(`${metadata.text('general.architecture')}.context_length`) ?? embeddingRows,
    // The file as it is: the classes that are named after models put rules of their own in its place.
    tokenizer_class: 'PreTrainedTokenizerFast',
    ...(template === undefined ? {} : { chat_template: template }),
  };
  const whole = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    ...json,
    post_processor: templateAround(ends),
  };
  return { 'tokenizer.json': JSON.stringify(whole), 'tokenizer_config.json': `${JSON.stringify(config, null, 2)}\n` };
}

const isAdded = (kind: number): boolean => kind === KIND.control || kind === KIND.userDefined || kind === KIND.unknown;

function addedToken({ id, text, kind }: Piece) {
  const special = kind !== KIND.userDefined;
  return { id, content: text, single_word: false, lstrip: false, rstrip: false, normalized: false, special };
}

type Roles = Readonly<Record<Role, Piece | undefined>>;

function rolesOf(metadata: GgufMetadata, pieces: readonly Piece[]): Roles {
  const byId = new Map(pieces.map((piece) => [piece.id, piece]));
  const role = (name: Role) => byId.get(roleId(metadata, name) ?? -1);
  return { bos: role('bos'), eos: role('eos'), unknown: role('unknown'), padding: role('padding') };
}

function endsOf(metadata: GgufMetadata, { bos, eos }: Roles, addsBos: boolean): Ends {
  const has = (key: string, absent: boolean): boolean => metadata.flag(`tokenizer.ggml.${key}`) ?? absent;
  return {
    bos: has('add_bos_token', addsBos) ? bos : undefined,
    eos: has('add_eos_token', false) ? eos : undefined,
  };
}

function byteLevelJson(metadata: GgufMetadata, pieces: readonly Piece[], roles: Roles) {
  const rules = preTokenizerOf(
    metadata.file,
    metadata.text('tokenizer.ggml.pre'),
    metadata.text('general.architecture'),
  );
  const merges = metadata.needed('tokenizer.ggml.merges', metadata.texts('tokenizer.ggml.merges'));
  return {
    json: {
      normalizer: rules.normalizer,
      pre_tokenizer: rules.preTokenizer,
      decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: rules.ignoreMerges,
        vocab: vocabulary(pieces),
        merges,
      },
    },
    ends: endsOf(metadata, roles, rules.addsBos),
  };
}

function sentencePieceJson(metadata: GgufMetadata, pieces: readonly Piece[], roles: Roles) {
  if (metadata.flag('tokenizer.ggml.remove_extra_whitespaces')) {
    throw ggufUnsupported(metadata.file, 'has a tokenizer that drops repeated spaces');
  }
  // llama.cpp's default for this kind.
  const prefixed = metadata.flag('tokenizer.ggml.add_space_prefix') ?? true;
  const spaces = { type: 'Replace', pattern: { String: ' ' }, content: SPACE };
  const merges = metadata.texts('tokenizer.ggml.merges') ?? scoredMerges(metadata, pieces);
  return {
    json: {
      normalizer: prefixed ? { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: SPACE }, spaces] } : spaces,
      pre_tokenizer: null,
      decoder: {
        type: 'Sequence',
        decoders: [
          { type: 'Replace', pattern: { String: SPACE }, content: ' ' },
          { type: 'ByteFallback' },
          { type: 'Fuse' },
          ...(prefixed ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
        ],
      },
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: roles.unknown?.text ?? null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: true,
        byte_fallback: pieces.some(({ kind }) => kind === KIND.byte),
        ignore_merges: false,
        vocab: vocabulary(pieces),
        merges,
      },
    },
    ends: endsOf(metadata, roles, true),
  };
}

/**
 * Scores that are all the same order nothing: llama.cpp's converter writes them of a folder without `tokenizer.model`, and what it
 * then cuts is not what the model was trained on. Throws `checkpoint/gguf-unsupported`.
 */
function scoredMerges(metadata: GgufMetadata, pieces: readonly Piece[]): [string, string][] {
  const { file } = metadata;
  const merges = mergesFromScores(
    pieces.filter(({ kind }) => kind !== KIND.byte && kind !== KIND.control && kind !== KIND.unknown),
    (problem) => ggufUnsupported(file, problem),
  );
  const made = new Set(merges.map(([left, right]) => left + right));
  const scored = pieces.filter(({ kind, text }) => kind === KIND.normal && made.has(text));
  if (scored.length > 1 && scored.every(({ score }) => score === scored[0]!.score)) {
    throw ggufUnsupported(
      file,
      `gives all its ${scored.length} merged pieces one score, so that the order of their merges cannot be known`,
      'Take the model as a Hugging Face folder with tokenizer.json; or convert it again with its tokenizer.model.',
    );
  }
  return merges;
}

/** Added tokens too: the Rust library heeds their ids only where the vocabulary has them. */
function vocabulary(pieces: readonly Piece[]): Record<string, number> {
  return Object.fromEntries(pieces.map(({ text, id }) => [text, id]));
}
