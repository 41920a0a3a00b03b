/** Choices kept in this browser. Storage may be refused; then a choice lasts for the visit. */
import type { EngineChoice } from '../worker/index';

export function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // A visit without storage keeps its choices in memory only.
  }
}

const ENGINES: readonly EngineChoice[] = ['auto', 'gpu', 'processor'];
let chosenEngine: EngineChoice | undefined;

export function engineChoice(): EngineChoice {
  const kept = chosenEngine ?? read('tokengraft.engine');
  return ENGINES.find((choice) => choice === kept) ?? 'auto';
}

export function setEngineChoice(choice: EngineChoice): void {
  chosenEngine = choice;
  keep('tokengraft.engine', choice);
}
