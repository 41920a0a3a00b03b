/** Going on elsewhere. */
export { MODEL_FOLDER, writeScale, type ContinueFile, type ScaleToWrite } from './writeScale';
