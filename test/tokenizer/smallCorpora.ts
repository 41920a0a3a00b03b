// Small corpora with repetition to learn from, made of a seed: molecules, a constructed language, and Chinese phrases.

export const CORPORA: Readonly<Record<string, readonly string[]>> = {
  molecules: molecules(400),
  'a constructed language': sentences(120),
  'Chinese phrases': phrases(150),
};

function molecules(count: number): string[] {
  const next = random(1);
  const parts = [
    'c1ccccc1',
    'C(=O)O',
    'C(=O)N',
    'CC',
    'N',
    'O',
    'S(=O)(=O)',
    '[C@@H]',
    'n1ccnc1',
    'Cl',
    'C(F)(F)F',
    'Br',
  ];
  return Array.from({ length: count }, () =>
    Array.from({ length: 3 + next(6) }, () => parts[Math.min(next(parts.length), next(parts.length))]!).join(''),
  );
}

function sentences(count: number): string[] {
  const next = random(2);
  const syllables = ['ka', 'to', 'ri', 'mel', 'un', 'sha', 'é', 'aa', 'b', "'s", 'ing', 'ation'];
  const words = Array.from({ length: 150 }, () =>
    Array.from({ length: 1 + next(4) }, () => syllables[next(syllables.length)]!).join(''),
  );
  const word = (): string => words[Math.min(next(150), next(150))]!;
  return Array.from(
    { length: count },
    (_, at) => `${Array.from({ length: 5 + next(12) }, word).join(' ')}${next(3) ? '.' : ` ${at % 17}!`}\n`,
  );
}

function phrases(count: number): string[] {
  const next = random(3);
  const characters = Array.from('天地玄黃宇宙洪荒日月盈昃辰宿列張春眠不覺曉處聞啼鳥');
  const pairs = Array.from(
    { length: 40 },
    () => characters[next(characters.length)]! + characters[next(characters.length)]!,
  );
  return Array.from({ length: count }, () => Array.from({ length: 6 }, () => pairs[next(40)]!).join('') + '。');
}

/** Integers below a bound, from a seed (xorshift32). */
function random(seed: number): (below: number) => number {
  let state = seed * 0x9e3779b1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
