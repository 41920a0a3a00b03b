/** What the page may use of the lab: the boundary's types and the connection. */
export type * from './api';
export type * from '../lab/index';
export type { CachedModel, HubFile, HubModel } from '../checkpoint/index';
export { connectLab, type LabConnection } from './client';
export { LabError, asLabError } from '../error';
