/** Harm as the fake lab gives it: general text a little worse, most of it just after new tokens. */
import type { HarmReport, NewToken, PricedPiece } from '../../src/worker/index';

const difference = (bitsPerByte: number) => ({
  bitsPerByte,
  interval: [bitsPerByte - 0.02, bitsPerByte + 0.02] as const,
});
const score = (bitsPerByte: number) => ({
  ...{ bitsPerByte, interval: [bitsPerByte - 0.03, bitsPerByte + 0.03] as const, nllPerToken: 3 },
  ...{ tokens: 18_000, bytes: 65_000, lostBytes: 0, documents: 160 },
});

export function fakeHarm(newTokens: readonly NewToken[]): HarmReport {
  const [first] = newTokens;
  const piece = (text: string, bits: number, isNew = false): PricedPiece => ({
    ...{ id: 1, text, isNew, nats: bits * Math.LN2, bytes: text.length },
  });
  const places = (arm: number, reference: number, count: number) => ({
    ...{ places: count, bytes: 3 * count, arm, reference, difference: difference(arm - reference) },
  });
  const basePieces = ['The', ' chapter', ' on', ' C', 'N', 'C', ' mach', 'ines', ' was', ' short'].map((text, at) =>
    piece(text, 3 + (at % 4)),
  );
  const armPieces = [
    ...basePieces.slice(0, 3),
    ...(first ? [piece(first.text, 9.1, true)] : [piece(' CNC', 7)]),
    ...basePieces.slice(6).map((each, at) => ({ ...each, nats: each.nats * (at === 0 ? 2.8 : 1.1) })),
  ];
  return {
    text: { general: { documents: 160, bytes: 65_000 }, heldOut: { documents: 1500, bytes: 64_800 } },
    general: score(2.31),
    references: [
      { kind: 'base', name: 'rootstock', general: score(2.02), difference: difference(0.29) },
      { kind: 'control', name: 'old vocabulary', general: score(2.27), difference: difference(0.04) },
    ],
    afterNew: first
      ? [
          {
            text: 'general',
            reference: 'base',
            after: places(3.9, 2.6, 84),
            elsewhere: places(2.3, 2.02, 17_400),
            uncompared: 2,
          },
          {
            text: 'general',
            reference: 'control',
            after: places(3.9, 3.1, 84),
            elsewhere: places(2.3, 2.27, 17_400),
            uncompared: 2,
          },
          {
            text: 'heldOut',
            reference: 'control',
            after: places(1.1, 1.2, 9200),
            elsewhere: places(1.3, 1.29, 12_000),
            uncompared: 0,
          },
        ]
      : [],
    mass: first
      ? {
          ...{ places: 4096, ofPlaces: 18_000, mean: 0.012, interval: [0.009, 0.015], newTargets: 0.004 },
          meanElsewhere: 0.009,
          highest: [0.81, 0.44, 0.2].map((mass) => ({
            ...{ before: 'as it is told in the chapter on', token: ' C', after: 'NC machines', mass },
            likeliest: { text: first.text, probability: mass / 2 },
          })),
        }
      : null,
    worseDocuments: 141,
    worst: [0.9, 0.7, 0.5].map((more) => ({
      ...{ bytes: 402, arm: 2 + more, base: 2, armPieces, basePieces, hidden: 0 },
    })),
  };
}
