/** Where new rows live, how they start, and how the grafted checkpoint is put together. */
export * from './config';
export * from './delta';
export * from './initialise';
export * from './licence';
export * from './modelCard';
export * from './plan';
export { NormalGenerator } from './random';
export * from './sameRows';
export * from './tensors';
