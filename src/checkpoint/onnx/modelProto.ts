/**
 * An ONNX model as plain values, and its protobuf bytes (onnx.proto, IR version 9). Weights are not in these bytes: they
 * lie in external data files (externalData.ts), so that the model itself stays small enough to be made in memory.
 */
import { PbfWriter } from 'pbf';

/** `TensorProto.DataType`. */
const DATA_TYPE = { float: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float16: 10 } as const;

export type OnnxType = keyof typeof DATA_TYPE;

/** Bytes of one element. */
export const ONNX_BYTES: Readonly<Record<OnnxType, number>> = {
  float: 4,
  uint8: 1,
  int32: 4,
  int64: 8,
  bool: 1,
  float16: 2,
};

/** `AttributeProto.AttributeType`. */
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 } as const;

export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] };

export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  /** Empty for ONNX's own operators. */
  readonly domain: string;
  /** An empty name leaves an optional input out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxValue {
  readonly name: string;
  readonly type: OnnxType;
  /** A name stands for a size that differs from run to run. */
  readonly shape: readonly (number | string)[];
}

export interface OnnxTensor {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly number[];
  /** Little-endian values: within the model, or streamed into an external file. Together exactly as long as the shape says. */
  readonly content: Uint8Array | (() => AsyncIterable<Uint8Array>);
}

export interface OnnxModel {
  readonly producer: { readonly name: string; readonly version: string };
  /** Version by domain; '' is ONNX's own. */
  readonly operatorSets: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly tensors: readonly OnnxTensor[];
}

/** Where a tensor's bytes lie in an external file. */
export interface ExternalPlace {
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
}

const IR_VERSION = 9;

/** @param places of the tensors whose content is streamed. */
export function encodeModel(model: OnnxModel, places: ReadonlyMap<string, ExternalPlace>): Uint8Array {
  const writer = new PbfWriter();
  writer.writeVarintField(1, IR_VERSION);
  writer.writeStringField(2, model.producer.name);
  writer.writeStringField(3, model.producer.version);
  writer.writeMessage(7, writeGraph, { model, places });
  for (const set of Object.entries(model.operatorSets)) writer.writeMessage(8, writeOperatorSet, set);
  for (const entry of Object.entries(model.metadata)) writer.writeMessage(14, writeEntry, entry);
  return writer.finish();
}

interface Placed {
  readonly model: OnnxModel;
  readonly places: ReadonlyMap<string, ExternalPlace>;
}

function writeGraph({ model, places }: Placed, writer: PbfWriter): void {
  for (const node of model.nodes) writer.writeMessage(1, writeNode, node);
  writer.writeStringField(2, 'main_graph');
  for (const tensor of model.tensors) writer.writeMessage(5, writeTensor, { tensor, place: places.get(tensor.name) });
  for (const value of model.inputs) writer.writeMessage(11, writeValue, value);
  for (const value of model.outputs) writer.writeMessage(12, writeValue, value);
}

function writeNode(node: OnnxNode, writer: PbfWriter): void {
  for (const name of node.inputs) writer.writeStringField(1, name);
  for (const name of node.outputs) writer.writeStringField(2, name);
  writer.writeStringField(3, node.name);
  writer.writeStringField(4, node.op);
  for (const attribute of Object.entries(node.attributes)) writer.writeMessage(5, writeAttribute, attribute);
  if (node.domain) writer.writeStringField(7, node.domain);
}

function writeAttribute([name, value]: [string, OnnxAttribute], writer: PbfWriter): void {
  writer.writeStringField(1, name);
  if ('int' in value) {
    writer.writeVarintField(3, value.int);
    writer.writeVarintField(20, ATTRIBUTE_TYPE.int);
  } else if ('float' in value) {
    writer.writeFloatField(2, value.float);
    writer.writeVarintField(20, ATTRIBUTE_TYPE.float);
  } else if ('string' in value) {
    writer.writeStringField(4, value.string);
    writer.writeVarintField(20, ATTRIBUTE_TYPE.string);
  } else {
    for (const int of value.ints) writer.writeVarintField(8, int);
    writer.writeVarintField(20, ATTRIBUTE_TYPE.ints);
  }
}

interface PlacedTensor {
  readonly tensor: OnnxTensor;
  readonly place: ExternalPlace | undefined;
}

function writeTensor({ tensor, place }: PlacedTensor, writer: PbfWriter): void {
  for (const size of tensor.shape) writer.writeVarintField(1, size);
  writer.writeVarintField(2, DATA_TYPE[tensor.type]);
  writer.writeStringField(8, tensor.name);
  if (place) {
    const { file: location, offset, bytes: length } = place;
    for (const entry of Object.entries({ location, offset, length })) writer.writeMessage(13, writeEntry, entry);
    writer.writeVarintField(14, 1);
  } else {
    writer.writeBytesField(9, tensor.content as Uint8Array);
  }
}

function writeValue({ name, type, shape }: OnnxValue, writer: PbfWriter): void {
  writer.writeStringField(1, name);
  writer.writeMessage(2, writeType, { type, shape });
}

function writeType(type: Pick<OnnxValue, 'type' | 'shape'>, writer: PbfWriter): void {
  writer.writeMessage(1, writeTensorType, type);
}

function writeTensorType({ type, shape }: Pick<OnnxValue, 'type' | 'shape'>, writer: PbfWriter): void {
  writer.writeVarintField(1, DATA_TYPE[type]);
  writer.writeMessage(2, writeShape, shape);
}

function writeShape(shape: OnnxValue['shape'], writer: PbfWriter): void {
  for (const size of shape) writer.writeMessage(1, writeSize, size);
}

function writeSize(size: number | string, writer: PbfWriter): void {
  if (typeof size === 'number') writer.writeVarintField(1, size);
  else writer.writeStringField(2, size);
}

function writeOperatorSet([domain, version]: [string, number], writer: PbfWriter): void {
  writer.writeStringField(1, domain);
  writer.writeVarintField(2, version);
}

function writeEntry([key, value]: [string, string | number], writer: PbfWriter): void {
  writer.writeStringField(1, key);
  writer.writeStringField(2, String(value));
}
