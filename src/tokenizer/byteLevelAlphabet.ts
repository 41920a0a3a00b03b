// The byte-level alphabet of GPT-2: every byte has one printable character, so that pieces of arbitrary bytes can stand in
// JSON. Printable Latin-1 stands for itself, the other 68 bytes for U+0100 and on, in order.

export const BYTE_TO_CHARACTER: readonly string[] = (() => {
  const characters: string[] = [];
  let shifted = 256;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    characters.push(String.fromCharCode(printable ? byte : shifted++));
  }
  return characters;
})();

const characterCodeToByte = new Int16Array(512).fill(-1);
BYTE_TO_CHARACTER.forEach((character, byte) => (characterCodeToByte[character.charCodeAt(0)] = byte));

/** The bytes a byte-level piece stands for, or null when a character is not of the alphabet. */
export function byteLevelToBytes(piece: string): Uint8Array | null {
  const bytes = new Uint8Array(piece.length);
  for (let at = 0; at < piece.length; at++) {
    const code = piece.charCodeAt(at);
    const byte = code < 512 ? characterCodeToByte[code]! : -1;
    if (byte < 0) return null;
    bytes[at] = byte;
  }
  return bytes;
}

export function bytesToByteLevel(bytes: Uint8Array): string {
  let piece = '';
  for (const byte of bytes) piece += BYTE_TO_CHARACTER[byte];
  return piece;
}
