/** The benchmark as a program of its own, for the folder that bundle.mjs makes. */
import { main } from './index';

process.exit(await main(process.argv.slice(2)));
