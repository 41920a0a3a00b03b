/**
 * What of a template is not rendered, by name. Everything that is rendered is rendered as jinja2 does it under transformers; what would
 * come out otherwise, or is not known here, ends the rendering, which happens before anything is trained.
 */
import { LabError } from '../../../error';

/** @param construct as the template writes it. */
export function unsupported(construct: string, why = 'is not rendered here'): LabError {
  return new LabError(
    'chat/unsupported-template',
    `The chat template uses ${construct}, which ${why}.`,
    'Nothing was trained. Give the model a template without it (chat_template.jinja in its folder), or take its template away: then a plain one is used, and said.',
    { construct },
  );
}

/** What jinja2 raises an error for as well. */
export function templateFails(why: string): LabError {
  return new LabError(
    'chat/template-fails',
    `The chat template fails: ${why}.`,
    'The template and these conversations do not fit each other: transformers fails in the same place.',
    { why },
  );
}

/** `raise_exception` of the template itself, mostly for roles that it does not take. */
export function refusedByTemplate(message: string): LabError {
  return new LabError(
    'chat/refused-by-template',
    `The chat template refuses: ${message}`,
    'Change the conversations to what the model was trained on, or its template.',
    { message },
  );
}
