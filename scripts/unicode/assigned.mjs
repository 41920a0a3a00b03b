// What earlier versions of Unicode had characters for, as src/tokenizer/unicodeVersions.ts holds it:
//     npm install --prefix /tmp/unicode @unicode/unicode-8.0.0 @unicode/unicode-9.0.0
//     node scripts/unicode/assigned.mjs /tmp/unicode
// The code points that were unassigned, and characters whose category was another one then.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder] = process.argv.slice(2);
const categories = ['Nonspacing_Mark', 'Mark', 'Punctuation', 'Format'];
const now = { Nonspacing_Mark: /\p{Mn}/u, Mark: /\p{M}/u, Punctuation: /\p{P}/u, Format: /\p{Cf}/u };

const pointsOf = async (version, category) => {
  const path = join(
    folder,
    `node_modules/@unicode/unicode-${version}.0.0/General_Category/${category}/code-points.mjs`,
  );
  return new Set((await import(pathToFileURL(path).href)).default);
};
const unassigned = { 8: await pointsOf(8, 'Unassigned'), 9: await pointsOf(9, 'Unassigned') };

/** Gap and length in base 36, one after the other. */
function runs(isIn) {
  const numbers = [];
  let at = 0;
  for (let point = 0; point < 0x110000; point++) {
    if (!isIn(point)) continue;
    const from = point;
    while (isIn(point + 1)) point++;
    numbers.push(from - at, point + 1 - from);
    at = point + 1;
  }
  return numbers.map((number) => number.toString(36)).join(' ');
}

console.log(
  'unassigned in 9:',
  runs((point) => unassigned[9].has(point)),
);
console.log(
  'new in 9:',
  runs((point) => unassigned[8].has(point) && !unassigned[9].has(point)),
);
for (const version of [8, 9]) {
  for (const category of categories) {
    const then = await pointsOf(version, category);
    const changed = [];
    for (let point = 0; point < 0x110000; point++) {
      if (unassigned[version].has(point) || (point >= 0xd800 && point < 0xe000)) continue;
      if (then.has(point) !== now[category].test(String.fromCodePoint(point))) changed.push(point.toString(16));
    }
    console.log(`${category} of ${version}, otherwise than now:`, changed.join(' ') || 'none');
  }
}
