/**
 * Rotary frequencies as config.json describes them, in both of its styles: `rope_parameters` (transformers 5) and
 * `rope_theta` with `rope_scaling` (before). Frequencies are computed in f32 where PyTorch does, so that angles far into a
 * long context are its angles. Every scaling that is not computed here is refused by name.
 */
import { badField, numberOr, objectOr, shown, unsupported, type ConfigJson } from './config';

export type RopeScaling =
  | { readonly type: 'default' }
  | { readonly type: 'linear'; readonly factor: number }
  | {
      /** Llama 3.1: long waves are stretched by `factor`, short ones stay, those between go over smoothly. */
      readonly type: 'llama3';
      readonly factor: number;
      readonly lowFrequencyFactor: number;
      readonly highFrequencyFactor: number;
      readonly originalContext: number;
    };

export interface Rope {
  readonly theta: number;
  /** Dimensions of each head that turn. Even. */
  readonly rotarySize: number;
  readonly scaling: RopeScaling;
}

export interface RopeDefaults {
  readonly headSize: number;
  readonly contextLength: number;
  readonly theta?: number;
  /** Share of a head's dimensions that turn; only GPT-NeoX reads it from the file. */
  readonly share?: number;
}

/** One rotary embedding for all layers. Throws `model/unsupported` or `model/bad-config`. */
export function readRope(json: ConfigJson, defaults: RopeDefaults): Rope {
  const parameters = objectOr(json, 'rope_scaling') ?? objectOr(json, 'rope_parameters') ?? {};
  for (const kind of ['full_attention', 'sliding_attention']) {
    if (kind in parameters) throw unsupported('its layers have rotary embeddings of their own ("rope_parameters")');
  }
  return ropeOf(parameters, { ...defaults, theta: numberOr(json, 'rope_theta', defaults.theta ?? 10000) });
}

/** From one object of parameters; `rope_theta` may stand in it. */
export function ropeOf(parameters: ConfigJson, { headSize, contextLength, theta = 10000, share }: RopeDefaults): Rope {
  const base = positive(parameters, 'rope_theta', theta);
  const part = numberOr(parameters, 'partial_rotary_factor', share ?? 1);
  if (share === undefined && part !== 1)
    throw unsupported('it turns only a part of each head ("partial_rotary_factor")');
  const rotarySize = Math.trunc(headSize * part);
  if (rotarySize < 2 || rotarySize > headSize || rotarySize % 2 !== 0) {
    throw badField('partial_rotary_factor', part, `a share of ${headSize} dimensions that is an even number of them`);
  }
  return { theta: base, rotarySize, scaling: scalingOf(parameters, contextLength) };
}

function scalingOf(parameters: ConfigJson, contextLength: number): RopeScaling {
  const type = parameters.rope_type ?? parameters.type ?? 'default';
  switch (type) {
    case 'default':
      return { type: 'default' };
    case 'linear':
      return { type: 'linear', factor: positive(parameters, 'factor') };
    case 'llama3': {
      const lowFrequencyFactor = positive(parameters, 'low_freq_factor');
      const highFrequencyFactor = positive(parameters, 'high_freq_factor');
      if (highFrequencyFactor <= lowFrequencyFactor) {
        throw badField('high_freq_factor', highFrequencyFactor, `more than low_freq_factor, ${lowFrequencyFactor},`);
      }
      return {
        type: 'llama3',
        factor: positive(parameters, 'factor'),
        lowFrequencyFactor,
        highFrequencyFactor,
        originalContext: positive(parameters, 'original_max_position_embeddings', contextLength),
      };
    }
    default:
      throw unsupported(`its rotary embedding is scaled (rope type ${shown(type)})`);
  }
}

function positive(json: ConfigJson, field: string, fallback?: number): number {
  const value = numberOr(json, field, fallback);
  if (value > 0) return value;
  throw badField(field, value, 'a positive number');
}

/** theta^(-2i / rotarySize) for i in [0, rotarySize / 2), scaled; f32 values. */
export function inverseFrequencies({ theta, rotarySize, scaling }: Rope): number[] {
  return Array.from({ length: rotarySize / 2 }, (_, i) => {
    const frequency = Math.fround(1 / Math.fround(theta ** Math.fround((2 * i) / rotarySize)));
    return Math.fround(scaled(frequency, scaling));
  });
}

function scaled(frequency: number, scaling: RopeScaling): number {
  if (scaling.type === 'default') return frequency;
  if (scaling.type === 'linear') return frequency / scaling.factor;
  const { factor, lowFrequencyFactor, highFrequencyFactor, originalContext } = scaling;
  const waveLength = (2 * Math.PI) / frequency;
  if (waveLength < originalContext / highFrequencyFactor) return frequency;
  if (waveLength > originalContext / lowFrequencyFactor) return frequency / factor;
  const kept = (originalContext / waveLength - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
  return ((1 - kept) * frequency) / factor + kept * frequency;
}
