/** How much is looked at where nobody says otherwise. */
export const harmDefaults = {
  /** Of each text. */
  maxBytes: 2 ** 16,
  /** Texts that are shown. */
  worst: 5,
} as const;
