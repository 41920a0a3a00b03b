/** A target with this value has loss 0 and gradient 0. Whoever makes targets writes it, and the kernels look for it. */
export const ignoredTarget = 0xffffffff;
