/** What times and checks an adapter or the processor when it is first met: fetched then, and no part of a later visit. */
export { checkEngine, productSpeed, selfTest, tune } from '../engine/index';
