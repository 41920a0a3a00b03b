/** The lab's public face: steps and the values they hand on. */
export type * from './results';
