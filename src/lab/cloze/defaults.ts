/** How questions are asked where nobody says otherwise; here, so that a short command loads no more. */
export const clozeDefaults = { questions: 64, seed: 1 } as const;

/** Of each question, the right one among them. */
export const clozeChoices = 4;
