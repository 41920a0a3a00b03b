// What earlier versions of Unicode had characters for, as src/tokenizer/unicodeVersions.ts holds it:
//     npm install --prefix /tmp/unicode @unicode/unicode-8.0.0 @unicode/unicode-9.0.0
//     node scripts/unicode/assigned.mjs /tmp/unicode
// For each version the code points that were unassigned, as gap and length in base 36, one after the other; and characters whose
// category was another one then.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder] = process.argv.slice(2);
const categories = ['Nonspacing_Mark', 'Mark', 'Punctuation', 'Format'];
const now = { Nonspacing_Mark: /\p{Mn}/u, Mark: /\p{M}/u, Punctuation: /\p{P}/u, Format: /\p{Cf}/u };

for (const version of ['8.0.0', '9.0.0']) {
  const pointsOf = async (category) => {
    const path = join(folder, `node_modules/@unicode/unicode-${version}/General_Category/${category}/code-points.mjs`);
    return new Set((await import(pathToFileURL(path).href)).default);
  };
  const unassigned = await pointsOf('Unassigned');
  const numbers = [];
  let at = 0;
  for (let point = 0; point < 0x110000; point++) {
    if (!unassigned.has(point)) continue;
    const from = point;
    while (unassigned.has(point + 1)) point++;
    numbers.push(from - at, point + 1 - from);
    at = point + 1;
  }
  console.log(version, numbers.map((number) => number.toString(36)).join(' '));
  for (const category of categories) {
    const then = await pointsOf(category);
    const changed = [];
    for (let point = 0; point < 0x110000; point++) {
      if (unassigned.has(point) || (point >= 0xd800 && point < 0xe000)) continue;
      if (then.has(point) !== now[category].test(String.fromCodePoint(point))) changed.push(point.toString(16));
    }
    console.log(' ', category, 'otherwise than now:', changed.join(' ') || 'none');
  }
}
