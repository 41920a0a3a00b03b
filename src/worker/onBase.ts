/** A delta or an adapter put onto its base; loaded when one is opened. */
export { putOnBase } from '../lab/index';
