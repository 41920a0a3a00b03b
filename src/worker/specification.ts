/** What an experiment's specification may be, loaded when a visitor comes to it. */
export {
  adapterProblems,
  earlierRowProblems,
  experimentSchema,
  heldAs,
  lengthProblems,
  parseSpec,
  planArms,
  presetsFor,
  presetOf,
  specProblems,
} from '../lab/index';
