/**
 * An ONNX graph under construction: nodes and constants by name. What many nodes share (masks, tables, constants) is made
 * once. Exports (model/onnx) and the processor's programs (processor) are built with it.
 */
import { fromF32, type OnnxAttribute, type OnnxNode, type OnnxTensor, type OnnxType } from '../checkpoint/index';

/** 20 is the first with Gelu and is known to every onnxruntime since 1.17. */
const OPERATOR_SET = 20;
/** Contributed operators of onnxruntime. */
export const MICROSOFT = 'com.microsoft';

export class OnnxNodes {
  readonly nodes: OnnxNode[] = [];
  readonly operatorSets: Record<string, number> = { '': OPERATOR_SET };
  /** Goes before the names of nodes and values. */
  scope = '';
  protected readonly named = new Map<string, OnnxTensor>();
  private readonly shared = new Map<string, string>();
  private readonly counts = new Map<string, number>();

  get tensors(): readonly OnnxTensor[] {
    return [...this.named.values()];
  }

  /** The type of `scalar` where none is named. */
  get float(): 'float' | 'float16' {
    return 'float';
  }

  /** Appends a node with one output, and returns its name. */
  node(op: string, inputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute>> = {}): string {
    return this.nodeWith(op, inputs, attributes, 1)[0]!;
  }

  nodeWith(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>>,
    outputs: number | readonly string[],
    domain = '',
  ): string[] {
    const name = this.unique(`${this.scope}/${op}`);
    const made =
      typeof outputs === 'number'
        ? Array.from({ length: outputs }, (_, index) => (index === 0 ? `${name}_out` : `${name}_out${index}`))
        : [...outputs];
    if (domain !== '') this.operatorSets[domain] = 1;
    this.nodes.push({ name, op, domain, inputs, outputs: made, attributes });
    return made;
  }

  /** What `make` returned the first time; the nodes it appends then belong to no layer. */
  once(key: string, make: () => string): string {
    const known = this.shared.get(key);
    if (known !== undefined) return known;
    const { scope } = this;
    this.scope = 'shared';
    const made = make();
    this.scope = scope;
    this.shared.set(key, made);
    return made;
  }

  cast(value: string, to: OnnxType): string {
    return this.node('Cast', [value], { to: { int: CAST_TO[to]! } });
  }

  /** A scalar of the activations' type, or f32. */
  scalar(value: number, type: 'float' | 'float16' = this.float): string {
    return this.constant(`${type} ${value}`, type, [], encode(Float32Array.of(value), type));
  }

  /** A vector of f32 values. */
  vector(values: readonly number[]): string {
    const bytes = encode(Float32Array.from(values), 'float');
    return this.constant(`vector ${values.join(',')}`, 'float', [values.length], bytes);
  }

  /** f32 values of any shape, under a name that stands for them. */
  table(name: string, shape: readonly number[], values: () => Float32Array): string {
    return this.constant(name, 'float', shape, () => encode(values(), 'float'));
  }

  /** int64 [values.length]. */
  ints(...values: readonly number[]): string {
    return this.constant(`ints ${values.join(',')}`, 'int64', [values.length], int64(values));
  }

  /** An int64 scalar. */
  int(value: number): string {
    return this.constant(`int ${value}`, 'int64', [], int64([value]));
  }

  protected constant(
    name: string,
    type: OnnxType,
    shape: readonly number[],
    content: Uint8Array | (() => Uint8Array),
  ): string {
    if (!this.named.has(name)) {
      this.named.set(name, { name, type, shape, content: typeof content === 'function' ? content() : content });
    }
    return name;
  }

  private unique(name: string): string {
    const count = this.counts.get(name) ?? 0;
    this.counts.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  }
}

const CAST_TO: Readonly<Partial<Record<OnnxType, number>>> = { float: 1, int64: 7, bool: 9, float16: 10 };

export function encode(values: Float32Array, type: 'float' | 'float16'): Uint8Array {
  return fromF32(values, type === 'float16' ? 'F16' : 'F32');
}

function int64(values: readonly number[]): Uint8Array {
  return new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
}
