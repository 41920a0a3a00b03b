/** Words for the phases of long calls (Progress.phase). An unknown phase is shown as "Working". */
import { msg } from '@lit/localize';

export function phaseText(phase: string): string {
  switch (phase) {
    case 'adapter':
      return msg('Asking for the GPU');
    case 'self-test':
      return msg('Checking the GPU against the CPU');
    case 'tuning':
      return msg('Measuring the GPU');
    case 'loading':
      return msg('Loading weights');
    case 'downloading':
    case 'reading':
      return msg('Reading');
    case 'tokenizing':
      return msg('Tokenizing');
    case 'pre-tokenizing':
    case 'counting':
      return msg('Counting');
    case 'merging':
      return msg('Learning merges');
    case 'measuring':
      return msg('Measuring held-out text');
    case 'compiling':
      return msg('Compiling');
    case 'evaluating':
      return msg('Evaluating');
    case 'generating':
      return msg('Generating');
    case 'writing':
      return msg('Writing');
    case 'hashing':
      return msg('Hashing');
    case 'verifying':
      return msg('Reading back and comparing');
    default:
      return msg('Working');
  }
}
