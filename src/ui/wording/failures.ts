/**
 * What failed, in the page's language, from an error's code: first the codes a visitor can meet, then the area of the
 * code. The exact cause and the advice come from the lab, with names and numbers.
 */
import { msg } from '@lit/localize';
import type { Failure } from '../state/slot';

export function failureTitle({ code }: Failure): string {
  return byCode(code) ?? byArea(code.split('/')[0] ?? '');
}

function byCode(code: string): string | null {
  switch (code) {
    case 'checkpoint/missing-file':
    case 'checkpoint/no-weights':
    case 'checkpoint/pointer':
    case 'tokenizer/pointer':
      return msg('A file of the model is missing.');
    case 'checkpoint/adapter':
      return msg('This is an adapter, not a model.');
    case 'checkpoint/missing-tensor':
    case 'checkpoint/no-head':
      return msg('A tensor of the model is missing.');
    case 'checkpoint/truncated':
    case 'checkpoint/tensor-length':
    case 'checkpoint/trailing-bytes':
    case 'checkpoint/header-length':
    case 'checkpoint/gguf-header':
    case 'checkpoint/gguf-tensor':
      return msg('This model file is damaged or incomplete.');
    case 'model/unsupported':
    case 'checkpoint/gguf-unsupported':
    case 'model/bad-config':
      return msg('This architecture is not supported yet.');
    case 'tokenizer/unsupported':
      return msg('This tokenizer cannot be read here.');
    case 'tokenizer/no-row':
      return msg('A text holds a token that the model has no row for.');
    case 'tokenizer/not-bpe':
      return msg('This tokenizer cannot be extended yet.');
    case 'lab/bad-pattern':
      return msg('This rule is no regular expression that can be used.');
    case 'lab/bad-specification':
      return msg('This specification cannot be run.');
    case 'lab/changed':
      return msg('This is not what the specification names.');
    case 'lab/too-long':
      return msg('Rows are longer than the model has positions.');
    case 'lab/no-new-rows':
      return msg('There are no new rows to move.');
    case 'lab/budget-too-small':
      return msg('The budget is too small for a step.');
    case 'lab/other-engine':
      return msg('This run was begun on another engine.');
    case 'lab/in-use':
      return msg('Another tab works on this experiment.');
    case 'lab/training':
      return msg('A run is going on.');
    case 'onnx/no-lowering':
      return msg('This model cannot be said in ONNX yet.');
    case 'onnx/too-large':
      return msg('This model is too large for onnxruntime-web.');
    case 'onnx/no-runtime':
      return msg('onnxruntime-web could not be loaded.');
    case 'model/gguf-unsupported':
      return msg('llama.cpp would compute this model otherwise.');
    case 'checkpoint/gguf-tokenizer':
      return msg('llama.cpp would cut text otherwise.');
    case 'graft/wrong-base':
      return msg('This delta belongs to another base.');
    case 'graft/delta-format':
    case 'graft/delta-damaged':
    case 'graft/delta-tokenizer':
      return msg('This delta is damaged or incomplete.');
    case 'graft/more-than-new-rows':
      return msg('A delta would not be the trained model.');
    case 'graft/f16-overflow':
    case 'checkpoint/f16-overflow':
      return msg('A weight does not fit F16.');
    case 'lab/other-model':
      return msg('This is no graft of the open model.');
    case 'lab/no-new-tokens-file':
    case 'lab/new-tokens-file':
      return msg('Which tokens are new is not known.');
    case 'lab/changes-text':
    case 'tokenizer/not-readable-as-added':
      return msg('These tokens would change the text.');
    case 'lab/not-one-token':
      return msg('This cannot become one token.');
    case 'corpus/bad-archive':
    case 'corpus/bad-table':
      return msg('This file is damaged or incomplete.');
    case 'corpus/unreadable':
      return msg('This file is not where it was.');
    case 'corpus/empty':
      return msg('There is no text in it.');
    case 'corpus/too-large':
      return msg('These texts are too large.');
    case 'corpus/too-few-documents':
      return msg('There are too few documents to hold some out.');
    case 'lab/no-training-text':
      return msg('The training text of this run is not here any more.');
    case 'lab/no-replay-text':
      return msg('No general text is left to be replayed.');
    case 'lab/no-new-tokens':
    case 'tokenizer/nothing-to-learn':
    case 'tokenizer/no-grammar':
      return msg('No new token can be learned from these texts.');
    case 'lab/not-a-number':
      return msg('Training stopped: the loss is not a number.');
    case 'lab/verification-failed':
      return msg('The files do not agree with what you trained.');
    case 'engine/does-not-fit':
    case 'engine/too-large':
      return msg('This plan does not fit.');
    case 'engine/no-memory':
    case 'engine/out-of-memory':
      return msg('Memory ran out.');
    case 'engine/device-lost':
      return msg('The GPU was taken away.');
    case 'engine/self-test':
      return msg('This GPU returns wrong numbers.');
    case 'engine/no-webgpu':
      return msg('This browser offers no WebGPU.');
    case 'engine/no-adapter':
    case 'engine/no-device':
      return msg('No GPU adapter was found.');
    case 'storage/quota':
      return msg('This browser’s storage is full.');
    case 'storage/no-base':
    case 'storage/no-run':
    case 'storage/damaged':
      return msg('The kept run cannot be read.');
    case 'hub/not-allowed':
      return msg('The Hub does not give you this model.');
    case 'hub/not-found':
    case 'hub/bad-id':
      return msg('The Hub has no such model.');
    case 'hub/unreachable':
      return msg('The Hub could not be reached.');
    case 'hub/no-weights':
      return msg('A file of the model is missing.');
    case 'hub/damaged':
      return msg('This model file is damaged or incomplete.');
    case 'page/missing-file':
      return msg('A file of this page could not be loaded.');
    default:
      return null;
  }
}

function byArea(area: string): string {
  switch (area) {
    case 'checkpoint':
    case 'model':
      return msg('This model cannot be read.');
    case 'tokenizer':
      return msg('This tokenizer cannot be used.');
    case 'corpus':
      return msg('These texts cannot be read.');
    case 'onnx':
      return msg('onnxruntime-web could not run the model.');
    case 'engine':
      return msg('The GPU refused the work.');
    case 'storage':
      return msg('This browser’s storage refused the work.');
    case 'hub':
      return msg('The Hub refused.');
    case 'worker':
      return msg('The lab stopped.');
    default:
      return msg('That did not work.');
  }
}
