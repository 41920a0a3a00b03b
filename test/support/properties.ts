// fast-check with one seed for every property, so that the same tests run everywhere and a failure can be had again.
// TOKENGRAFT_PROPERTY_SEED takes another (`TOKENGRAFT_PROPERTY_SEED=$RANDOM npm test -- test/tokenizer` looks further).
import fc from 'fast-check';

const given = process.env.TOKENGRAFT_PROPERTY_SEED;
const seed = Number(given ?? 1);
if (!Number.isSafeInteger(seed)) throw new Error(`TOKENGRAFT_PROPERTY_SEED is ${given}, not a whole number`);
fc.configureGlobal({ seed });

export default fc;
