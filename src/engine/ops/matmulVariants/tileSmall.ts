/** `tile` with 4 x 4 an invocation, four times the invocations: where 8 x 8 needs too many registers. */
import { tile } from './tile';
import type { MatmulVariant } from './variant';

export const tileSmall: MatmulVariant = {
  ...tile,
  needs: { limits: { maxWorkgroupStorageBytes: 8192, maxInvocationsPerWorkgroup: 256 } },
  shape: () => ({ constants: { THREAD: 4 }, tile: [64, 64] }),
};
