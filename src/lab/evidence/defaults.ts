/** How much is looked at where nobody says otherwise: minutes in software, seconds on a graphics card. */
export const evidenceDefaults = {
  /** Of each token. */
  placesEach: 8,
  /** Of held-out text that places are looked for in. */
  maxBytes: 2 ** 20,
  seed: 1,
} as const;
