// `post_processor` of tokenizer.json by its `type`. ByteLevel only trims offsets, which this codec never does: its spans
// cover the whole text.
import { asArray, asIndex, asObject, asString, invalid, type JsonObject, unsupported } from '../json';
import type { PostProcessor } from './postProcessor';
import { templateProcessing } from './templateProcessing';

const NOTHING: PostProcessor = { before: [], after: [] };

/** @param knownId whether an id belongs to the tokenizer. */
export function createPostProcessor(
  json: unknown,
  knownId: (id: number) => boolean,
  field = 'post_processor',
): PostProcessor {
  if (json === null || json === undefined) return NOTHING;
  const postProcessor = asObject(json, field);
  const type = asString(postProcessor.type, `${field}.type`);
  switch (type) {
    case 'ByteLevel':
      return NOTHING;
    case 'BertProcessing':
    case 'RobertaProcessing':
    case 'TemplateProcessing': {
      const found =
        type === 'TemplateProcessing' ? templateProcessing(postProcessor, field) : around(postProcessor, field);
      for (const id of [...found.before, ...found.after]) {
        if (!knownId(asIndex(id, `${field}.special_tokens`))) {
          throw invalid(`${field}.special_tokens`, `uses id ${id}, which no token has`);
        }
      }
      return found;
    }
    case 'Sequence':
      return asArray(postProcessor.processors, `${field}.processors`)
        .map((part, index) => createPostProcessor(part, knownId, `${field}.processors[${index}]`))
        .reduce(
          (inner, outer) => ({ before: [...outer.before, ...inner.before], after: [...inner.after, ...outer.after] }),
          NOTHING,
        );
    default:
      throw unsupported(`${field}.type`, `is ${type}, a post-processor the lab does not know`);
  }
}

/** `cls` before and `sep` after, each `[content, id]`. */
function around(json: JsonObject, field: string): PostProcessor {
  const idOf = (name: string): number => asIndex(asArray(json[name], `${field}.${name}`)[1], `${field}.${name}`);
  return { before: [idOf('cls')], after: [idOf('sep')] };
}
