/** An arm as it is after a training: what moves is no longer what was loaded. */
import type { ArmModel } from '../../../src/lab/training/armModel';

export async function moved(arm: ArmModel, by: number): Promise<void> {
  for (const name of arm.session.trainedNames) {
    const values = new Float32Array((await arm.session.store.read(name)).slice().buffer);
    const shaken = values.map((value, index) => value + by * Math.sin(index));
    arm.session.store.write(name, shaken);
  }
}
