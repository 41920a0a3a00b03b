/**
 * A minute of a quiet machine's work. Beside other work it takes longer, a load of twelve on two cores was met: a wait that ends too
 * soon fails tests that are right, and one that ends late costs nothing but where something hangs.
 */
export const MINUTE = 3 * 60_000;
