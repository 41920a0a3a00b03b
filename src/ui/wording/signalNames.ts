/** What the signals of a diagnosis are called. What each says is apart (signals.ts): the first view has need of the names alone. */
import { msg } from '@lit/localize';
import type { Diagnosis, Signal } from '../../worker/index';

const names: Readonly<Record<Signal['name'], () => string>> = {
  lostText: () => msg('Lost text'),
  compression: () => msg('Compression g'),
  fragmentation: () => msg('Fragmentation'),
  exposure: () => msg('Exposure, P10'),
  boundaries: () => msg('Boundary violations'),
  naturalness: () => msg('Bound pairs'),
  budget: () => msg('Text budget'),
  vocabularyShare: () => msg('Vocabulary share'),
  ceiling: () => msg('Ceiling'),
};

const ofEveryDiagnosis = [
  'compression',
  'fragmentation',
  'exposure',
  'budget',
  'vocabularyShare',
  'naturalness',
  'ceiling',
] as const satisfies readonly Signal['name'][];

/** Of the signals that every diagnosis has, in its order. */
export const signalNames = (): readonly string[] => ofEveryDiagnosis.map(signalName);

export const signalName = (name: Signal['name']): string => names[name]();

/** Names of the signals that speak against the verdict, other than the one it rests on. */
export function disagreeing({ verdict, signals }: Pick<Diagnosis, 'verdict' | 'signals'>): string[] {
  const isFor = verdict === 'expand' || verdict === 'expand-for-speed' || verdict === 'atomic-only';
  const restsOn = verdict === 'expand-for-speed' ? 'fragmentation' : 'boundaries';
  const against = signals.filter(({ name, weight, reading }) => {
    if (name === restsOn || weight === 'shown') return false;
    if (isFor) return reading === 'poor' || reading === 'watch';
    return weight === 'decides' && name !== 'boundaries' && (reading === 'good' || reading === 'strong');
  });
  return against.map((signal) => signalName(signal.name));
}
