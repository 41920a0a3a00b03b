/** Words for the phases of long calls (Progress.phase). An unknown phase is shown as "Working". */
import { msg } from '@lit/localize';

export function phaseText(phase: string): string {
  switch (phase) {
    case 'checking':
      return msg('Checking every operation');
    case 'loading':
      return msg('Loading weights');
    case 'reading':
      return msg('Reading');
    case 'tokenizing':
      return msg('Tokenizing');
    case 'merging':
      return msg('Learning merges');
    case 'measuring':
      return msg('Measuring held-out text');
    case 'timing':
      return msg('Timing a step');
    case 'evaluating':
      return msg('Evaluating');
    case 'fingerprint':
      return msg('Checking the base');
    case 'comparing':
      return msg('Comparing with the base');
    case 'matching':
      return msg('Reading the training text');
    case 'asking':
      return msg('Asking');
    case 'sampling':
      return msg('Drawing samples');
    case 'downloading':
      return msg('Downloading');
    case 'writing':
      return msg('Writing');
    case 'verifying':
      return msg('Reading back and comparing');
    default:
      return msg('Working');
  }
}
