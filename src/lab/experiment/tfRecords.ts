/**
 * TFRecord, tensorflow's file of records: each is its length (uint64, little-endian), a checksum of the length, the bytes and a
 * checksum of them. The checksum is CRC-32C, rotated and shifted (`masked`), so that a checksum of checksums stays sound.
 * Written out here: the packages for CRC-32C bring three others, or native code, for these few lines.
 */

export function tfRecords(records: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const around = 8 + 4 + 4;
  const file = new Uint8Array(records.reduce((sum, { length }) => sum + around + length, 0));
  const view = new DataView(file.buffer);
  let at = 0;
  for (const record of records) {
    view.setBigUint64(at, BigInt(record.length), true);
    view.setUint32(at + 8, masked(crc32c(file.subarray(at, at + 8))), true);
    file.set(record, at + 12);
    view.setUint32(at + 12 + record.length, masked(crc32c(record)), true);
    at += around + record.length;
  }
  return file;
}

function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** Castagnoli's polynomial, bits reversed. */
const polynomial = 0x82f63b78;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
  return crc;
});

/** CRC-32C (RFC 3720, appendix B.4). */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = table[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
