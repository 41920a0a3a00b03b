/** Forms of records and roles in words. */
import { msg } from '@lit/localize';
import type { InstructionSummary } from '../../worker/index';

type Form = keyof InstructionSummary['forms'];
type Role = InstructionSummary['first'][number]['role'];

export function formName(form: string): string {
  const names: Record<Form, () => string> = {
    messages: () => msg('messages'),
    'prompt-completion': () => msg('prompt and completion'),
    alpaca: () => msg('instruction, input and output'),
    'question-answer': () => msg('question and answer'),
  };
  return names[form as Form]();
}

export function roleName(role: Role): string {
  const names: Record<Role, () => string> = {
    system: () => msg('system'),
    user: () => msg('asked'),
    assistant: () => msg('answered'),
  };
  return names[role]();
}
