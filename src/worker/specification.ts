/** What an experiment's specification may be, loaded when a visitor comes to it. */
export {
  adapterProblems,
  earlierRowProblems,
  experimentSchema,
  lengthProblems,
  parseSpec,
  presetsFor,
  presetOf,
  specProblems,
} from '../lab/index';
