/** An element that is a chart: it can be saved, and is drawn again when the theme changes. */
import type { ReactiveControllerHost } from 'lit';
import { THEME_EVENT } from '../parts/roles';
import { FIGURE } from './chart-saving';

export function drawnAsFigure(
  host: ReactiveControllerHost & HTMLElement,
  redraw: () => void = () => host.requestUpdate(),
): void {
  host.addController({
    hostConnected() {
      host.setAttribute(FIGURE, '');
      addEventListener(THEME_EVENT, redraw);
    },
    hostDisconnected() {
      removeEventListener(THEME_EVENT, redraw);
    },
  });
}
