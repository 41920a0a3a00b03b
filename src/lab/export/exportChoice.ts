/** Forms of download, and what re-opening the written bytes showed. */
import type { GgufReason, WrittenType } from '../../checkpoint/index';
import type { TokenizerClassChoice } from '../vocabulary/tokenizerClassChoice';

/** The whole model, in three forms; its new rows, or adapters and new rows, for whoever has the base; or a folder with which training goes on elsewhere. */
export type ExportForm = 'model' | 'onnx' | 'gguf' | 'delta' | 'adapter' | 'scale';

/** Why a form is not offered of a model, as a LabError says it; of what has no reason of its own the message alone says it. */
export interface FormRefusal extends Partial<GgufReason> {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export interface ExportChoice {
  readonly form: ExportForm;
  /** Of safetensors; a delta has its base's. */
  readonly dtype: 'source' | 'F32' | 'F16' | 'BF16';
  readonly onnxDtype: 'f32' | 'f16' | 'q4';
  readonly ggufDtype: WrittenType;
  readonly tokenizerClass: TokenizerClassChoice;
}

/** Of a GGUF file that was opened again. */
export interface GgufProof {
  readonly type: WrittenType;
  /** Equal to the bit to the model's, rounded as the type does. */
  readonly tensors: number;
  /** Of any weight, as a share of the largest of its tensor: what the type rounded away. */
  readonly largestRounding: number;
  readonly tokensCompared: number;
}

export interface ExportReport {
  readonly form: ExportForm;
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
  readonly totalBytes: number;
  /** From re-opening the exact bytes written. */
  readonly verification: {
    readonly largestLogitDifference: number;
    readonly allowed: number;
    /** What rounding the trained rows to the stored type changed by itself; 0 where that type is f32. */
    readonly roundingLogitDifference?: number;
    readonly tokensCompared: number;
    readonly greedyAgreement: number;
    /** Of safetensors: old rows equal to the bit, and new rows that are no longer what they started as. */
    readonly untouchedRows?: number;
    readonly movedNewRows?: number;
    /** Of ONNX: which onnxruntime-web opened the bytes. */
    readonly onnx?: {
      readonly dtype: 'f32' | 'f16' | 'q4';
      readonly provider: 'wasm' | 'webgpu';
      readonly threads: number;
      readonly version: string;
    };
    /** Of GGUF: the file as the lab reads it. */
    readonly gguf?: GgufProof;
    readonly passed: boolean;
  };
}
