// `<0xNN>` pieces back to bytes. A run of them that is no UTF-8 becomes one U+FFFD a byte.
import type { Decoder } from './decoder';

export class ByteFallback implements Decoder {
  private readonly decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  decode(pieces: readonly string[]): readonly string[] {
    const out: string[] = [];
    let run: number[] = [];
    const flush = (): void => {
      if (run.length > 0) out.push(this.text(run));
      run = [];
    };
    for (const piece of pieces) {
      const byte = byteOfFallback(piece);
      if (byte === null) {
        flush();
        out.push(piece);
      } else {
        run.push(byte);
      }
    }
    flush();
    return out;
  }

  private text(run: readonly number[]): string {
    try {
      return this.decoder.decode(Uint8Array.from(run));
    } catch {
      return '\ufffd'.repeat(run.length);
    }
  }
}

export function byteOfFallback(piece: string): number | null {
  const found = /^<0x([0-9A-Fa-f]{2})>$/u.exec(piece);
  return found === null ? null : Number.parseInt(found[1]!, 16);
}
