/** What an experiment is measured against: the diagnosis in a few figures, with the time at which it was made. */
import type { Diagnosis, Prediction } from './diagnosis';

export function predictionOf({ verdict, confidence, suggestedNewTokens, frontier }: Diagnosis): Prediction {
  const [before] = frontier;
  const after = frontier.find((point) => point.newTokens === suggestedNewTokens);
  const shorterBy = before && after ? 1 - before.bytesPerToken / after.bytesPerToken : 0;
  return { verdict, confidence, suggestedNewTokens, shorterBy, at: new Date().toISOString() };
}
