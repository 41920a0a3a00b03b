/** Evidence for the new tokens of the arm that is held; loaded when it is asked for. */
import {
  controlOfArm,
  neighboursOf,
  parseSpec,
  subjectOfArm,
  tokensEvidence,
  withoutStarved,
  writtenSpec,
  type TokenNeighbours,
  type TokensEvidence,
  type Watch,
  type WrittenSpec,
} from '../lab/index';
import type { LabApi } from './api';
import type { TrainedArm } from './trainedArm';

const newTokensOf = ({ vocabulary }: TrainedArm) => vocabulary?.summary.newTokens ?? [];

/** Throws `lab/no-new-tokens`. */
export async function evidenceOf(trained: TrainedArm, watch: Watch): Promise<TokensEvidence> {
  const { arm, records, control } = trained;
  const subject = subjectOfArm(arm, newTokensOf(trained), records);
  if (!control) return tokensEvidence(subject, watch);
  const held = await control.open(watch);
  try {
    return await tokensEvidence({ ...subject, control: controlOfArm(control.name, held.arm, held.records) }, watch);
  } finally {
    held.arm.close();
  }
}

export function neighboursOfTrained(trained: TrainedArm, id: number): Promise<TokenNeighbours[]> {
  return neighboursOf(subjectOfArm(trained.arm, newTokensOf(trained), trained.records), id);
}

export function prunedSpec(...[spec, arm, tokens, floor]: Parameters<LabApi['pruneStarved']>) {
  const { name, spec: grown } = withoutStarved(parseSpec(spec), arm, tokens, floor);
  return { name, spec: writtenSpec(grown) as WrittenSpec };
}
