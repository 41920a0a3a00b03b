/**
 * Base and graft in onnxruntime-web, exported in memory from the weights as they are. Both stay open while they are small;
 * of large ones only the one in use does. What has moved on since (another model, more training, another device) is
 * exported anew.
 */
import type { Device } from '../engine/index';
import {
  asItRuns,
  onnxModelFiles,
  OnnxSession,
  type LoadedModel,
  type ModelToExport,
  type OnnxRuntime,
} from '../lab/index';
import { onnxRuntime } from './onnxRuntime';

export type Arm = 'base' | 'grafted';

export interface OnnxArm {
  readonly session: OnnxSession;
  readonly runtime: OnnxRuntime;
}

interface Opened extends OnnxArm {
  /** The weights it was made of; compared by identity, but for the step. */
  readonly model: LoadedModel;
  readonly step: number;
  readonly device: Device | undefined;
  readonly bytes: number;
}

/** Of both arms together. */
const bytesKept = 1e9;

export class OnnxArms {
  private readonly opened = new Map<Arm, Opened>();

  /** @param step of the training that the weights come from; 0 for the base. Throws `onnx/...`. */
  async open(
    arm: Arm,
    exported: Pick<ModelToExport, 'model' | 'graft' | 'session'>,
    step: number,
    device: Device | undefined,
  ): Promise<OnnxArm> {
    const { model } = exported;
    const known = this.opened.get(arm);
    if (known && known.model === model && known.step === step && known.device === device) return known;
    await this.close(arm);
    const runtime = await onnxRuntime(device);
    const files = await onnxModelFiles({ ...exported, model: asItRuns(model) }, 'f32');
    const bytes = files.reduce((sum, file) => sum + file.size, 0);
    for (const [other, { bytes: theirs }] of this.opened) if (bytes + theirs > bytesKept) await this.close(other);
    const session = await OnnxSession.openFiles(runtime, files);
    const made: Opened = { session, runtime, model, step, device, bytes };
    this.opened.set(arm, made);
    return made;
  }

  async close(arm: Arm): Promise<void> {
    const known = this.opened.get(arm);
    this.opened.delete(arm);
    await known?.session.close();
  }
}
