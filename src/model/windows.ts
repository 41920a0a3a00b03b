/** How far back each layer looks: all the way, or a sliding window of tokens, itself the last of them. */
import { badField, shown, sizeOr, unsupported, type ConfigJson } from './config';

/** Tokens a layer's attention sees, one entry a layer; null: all of the document. */
export type LayerWindows = readonly (number | null)[];

/** `layer_types` of transformers 5, or, where the file has none, what `isSliding` says of each layer. */
export function layerTypes(json: ConfigJson, layers: number, isSliding: (layer: number) => boolean): boolean[] {
  const types = json.layer_types;
  if (types === null || types === undefined) return Array.from({ length: layers }, (_, layer) => isSliding(layer));
  if (!Array.isArray(types) || types.length !== layers) {
    throw badField('layer_types', types, `a list of ${layers} kinds of attention`);
  }
  return types.map((type: unknown) => {
    if (type === 'sliding_attention') return true;
    if (type === 'full_attention') return false;
    throw unsupported(`a layer of it has ${shown(type)}`);
  });
}

/** Throws `model/bad-config` where a layer slides and the file gives no width. */
export function windowsOf(json: ConfigJson, sliding: readonly boolean[], fallback?: number): LayerWindows {
  return sliding.map((slides) => (slides ? sizeOr(json, 'sliding_window', fallback) : null));
}

/** Qwen's rule: sliding is off unless asked for, and then only from layer `max_window_layers` on. */
export function qwenWindows(json: ConfigJson, layers: number): LayerWindows {
  const isOn = json.use_sliding_window === true && json.sliding_window !== null;
  const first = isOn ? firstSliding(json) : layers;
  const sliding = layerTypes(json, layers, (layer) => layer >= first);
  if (!isOn && sliding.includes(true)) throw badField('use_sliding_window', false, 'true, since a layer of it slides,');
  return windowsOf(json, sliding);
}

function firstSliding(json: ConfigJson): number {
  const value = json.max_window_layers ?? 28;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw badField('max_window_layers', value, 'a number of layers');
}
