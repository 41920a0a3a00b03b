/** What Try, Compare and Download hold beside the base: an arm of an experiment, or a graft trained elsewhere. */
import type { Precision } from '../engine/index';
import type { ModelCard } from '../graft/index';
import type { ArmModel, ArmScores, RunRecord, Vocabulary, Watch } from '../lab/index';

/** A trained model with what is known of how it came about. */
export interface TrainedArm {
  readonly arm: ArmModel;
  /** Tells its weights from all others. */
  readonly weights: string;
  /** Of a finished run, with these weights. */
  readonly scores?: ArmScores;
  /** Absent where the model kept its vocabulary. */
  readonly vocabulary?: Vocabulary;
  readonly records: readonly RunRecord[];
  readonly steps: number;
  /** What its steps multiplied in; absent: f32. */
  readonly precision?: Precision;
  /** How its new rows started; not known of a graft trained elsewhere. */
  readonly start?: ArmModel['setup']['start'];
  /** chat_template.jinja, where it learned answers in one that its model did not come with. */
  readonly chatTemplate?: string;
  /** Files that go into a download: an experiment's specification, and its answer. */
  readonly extras?: Readonly<Record<string, string>>;
  /** The arm on the old vocabulary that it is compared with, to be opened beside it and closed by whoever did; absent: none is trained. */
  readonly control?: {
    readonly name: string;
    open(watch: Watch): Promise<Pick<TrainedArm, 'arm' | 'records' | 'weights'>>;
  };
  /** Of an experiment, for the model card. */
  readonly figures?: Pick<ModelCard, 'arms' | 'figures' | 'verdict' | 'learned'>;
}
