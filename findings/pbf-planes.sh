#!/usr/bin/env bash
# Package:   npm pbf 5.1.2.
# Input:     strings of one character each, written with `writeString` and read back with `readString`.
# Behaviour: characters of every other plane are written 65,536 too low: those of plane 2 (rare Chinese characters) as plane 1, U+20000 as
#            U+10000; likewise the planes 14 and 16. No error: the bytes are valid UTF-8, of another text.
# Expected:  the string that was written, as TextEncoder has it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts pbf@5.1.2
cat >read.mjs <<'JS'
import { PbfReader, PbfWriter } from 'pbf';

const codes = [0x4e00, 0x1f33f, 0x20000, 0x2a6d6, 0x30000, 0xe0067, 0x10fffd];
const named = (code) => `U+${code.toString(16).toUpperCase()}`;
const wrong = [];
for (const code of codes) {
  const writer = new PbfWriter();
  writer.writeString(String.fromCodePoint(code));
  const found = new PbfReader(writer.finish()).readString().codePointAt(0);
  if (found !== code) wrong.push(code);
  console.log(`  written ${named(code)}, read ${named(found)}, expected ${named(code)}`);
}
const expected = [0x20000, 0x2a6d6, 0xe0067, 0x10fffd];
const isSame = JSON.stringify(wrong) === JSON.stringify(expected);
if (!isSame) console.log(`  CHANGED: wrong were ${expected.map(named).join(', ')}`);
process.exit(isSame ? 0 : 1);
JS
echo 'pbf 5.1.2'
node read.mjs
