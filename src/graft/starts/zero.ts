/** All zeros: what a start is worth shows against it. */
import { zeros, type Start } from './start';

export const zero: Start = zeros;
