// `decoder` of tokenizer.json by its `type`.
import { asArray, asBoolean, asIndex, asObject, asString, unsupported } from '../json';
import { createPattern } from '../pattern/createPattern';
import { ByteFallback } from './ByteFallback';
import { ByteLevelDecoder } from './ByteLevelDecoder';
import type { Decoder } from './decoder';
import { DecoderSequence } from './DecoderSequence';
import { Fuse } from './Fuse';
import { MetaspaceDecoder } from './MetaspaceDecoder';
import { ReplaceDecoder } from './ReplaceDecoder';
import { SpacesBetween } from './SpacesBetween';
import { Strip } from './Strip';
import { WordPieceDecoder } from './WordPieceDecoder';

/** The whole field, which may be missing: ids do not need one. */
export function createDecoder(json: unknown): Decoder {
  return json === null || json === undefined ? new SpacesBetween() : createStage(json, 'decoder');
}

function createStage(json: unknown, field: string): Decoder {
  const decoder = asObject(json, field);
  const type = asString(decoder.type, `${field}.type`);
  switch (type) {
    case 'ByteLevel':
      return new ByteLevelDecoder();
    case 'ByteFallback':
      return new ByteFallback();
    case 'Fuse':
      return new Fuse();
    case 'Strip':
      return new Strip(
        asString(decoder.content, `${field}.content`),
        asIndex(decoder.start, `${field}.start`),
        asIndex(decoder.stop, `${field}.stop`),
      );
    case 'Replace':
      return new ReplaceDecoder(
        createPattern(decoder.pattern, `${field}.pattern`),
        asString(decoder.content, `${field}.content`),
      );
    case 'Metaspace':
      return new MetaspaceDecoder(
        asString(decoder.replacement, `${field}.replacement`),
        decoder.prepend_scheme === undefined
          ? asBoolean(decoder.add_prefix_space, `${field}.add_prefix_space`, true)
          : decoder.prepend_scheme !== 'never',
      );
    case 'WordPiece':
      return new WordPieceDecoder(
        asString(decoder.prefix, `${field}.prefix`),
        asBoolean(decoder.cleanup, `${field}.cleanup`, true),
      );
    case 'Sequence':
      return new DecoderSequence(
        asArray(decoder.decoders, `${field}.decoders`).map((part, index) =>
          createStage(part, `${field}.decoders[${index}]`),
        ),
      );
    default:
      throw unsupported(
        `${field}.type`,
        `is ${type}, a decoder the lab does not know`,
        {},
        'Ids would be right, but text made of them would not. Where text is not needed, remove `decoder` from tokenizer.json: pieces are then shown with spaces between.',
      );
  }
}
