// How llama.cpp's converter knows a byte-level pre-tokenizer: by a hash over the ids of one fixed text (convert_hf_to_gguf_update.py
// of llama.cpp, `CHK_TXT` and `chkhsh`). A hash it does not know stops the conversion, though the rules are the same.
import type { Tokenizer } from '../Tokenizer';

const PROBE =
  "\n \n\n \n\n\n \t \t\t \t\n  \n   \n    \n     \n🚀 (normal) 😶\u200d🌫️ (multiple emojis concatenated) ✅ 🦙🦙 3 33 333 3333 33333 333333 3333333 33333333 3.3 3..3 3...3 កាន់តែពិសេសអាច😁 ?我想在apple工作1314151天～ ------======= нещо на Български ''''''```````\"\"\"\"......!!!!!!?????? I've been 'told he's there, 'RE you sure? 'M not sure I'll make it, 'D you like some tea? We'Ve a'lL";

/** The ids that the hash is over. */
export function llamaCppProbe(tokenizer: Tokenizer): ArrayLike<number> {
  return tokenizer.encode(PROBE, { specialTokens: true }).ids;
}

/** SHA-256 in hexadecimal; null for SentencePiece-style models, which are known by other means. */
export async function llamaCppHash(tokenizer: Tokenizer): Promise<string | null> {
  if (tokenizer.family !== 'byte-level-bpe') return null;
  const written = new TextEncoder().encode(`[${Array.from(llamaCppProbe(tokenizer)).join(', ')}]`);
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', written));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
