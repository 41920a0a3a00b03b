/** How samples are drawn where nobody says otherwise; names stand here so that a short command loads no more. */
export const notationNames = ['molecules', 'chess', 'latex', 'protein', 'nucleotides'] as const;

export const fieldDefaults = { samples: 64, seed: 1, temperature: 1, topP: 1 } as const;
