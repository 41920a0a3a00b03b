/** `model_type` of each family of decoders that is supported, and the models that people know it by where its name does not say. */
export const familyNames = {
  llama: 'Llama 2 and 3, SmolLM2, TinyLlama',
  mistral: '',
  qwen2: '2 and 2.5',
  qwen3: '',
  gpt2: '',
  gpt_neox: 'Pythia',
  gemma3_text: '',
} as const;

export type FamilyName = keyof typeof familyNames;

/** "llama (Llama 2 and 3), mistral and gpt2". */
export function supportedFamilies(): string {
  const all = Object.entries(familyNames).map(([name, known]) => (known === '' ? name : `${name} (${known})`));
  return `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}
