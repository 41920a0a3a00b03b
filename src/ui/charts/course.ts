/** What new tokens cost beside their old pieces while both arms were trained. */
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { TokensEvidence } from '../../worker/index';
import { PageElement } from '../element';
import { count } from '../format';
import type { Figure, Savable } from './chart-saving';
import { courseNote, courseTable, drawCourse, type CourseInput } from './course-drawing';
import { drawnAsFigure } from './drawn-figure';
import { GivenWidth } from './width';

@customElement('tg-course')
export class CourseElement extends PageElement implements Savable {
  /** Of a course that is there. */
  @property({ attribute: false }) evidence: TokensEvidence | null = null;
  @property({ attribute: false }) chosen: number | null = null;
  private readonly given = new GivenWidth(this, '.chart', 720);

  constructor() {
    super();
    drawnAsFigure(this);
  }

  private get input(): CourseInput {
    const { tokens, course } = this.evidence!;
    return { tokens, course: course!, chosen: this.chosen };
  }

  override render() {
    if (!this.evidence?.course) return nothing;
    const width = this.given.value;
    const { input } = this;
    const { height, content } = drawCourse(input, width);
    const label = msg(str`Span advantage of ${count(input.course.priced)} tokens against training text read`);
    return html`<div class="chart readable">
        <svg
          viewBox="0 0 ${width} ${height}"
          height=${height}
          role="img"
          aria-label="${label}. ${courseNote(input.course)}"
        >
          ${content}
        </svg>
      </div>
      <p class="note">${courseNote(input.course)}</p>`;
  }

  figure(width: number): Figure {
    const input = { ...this.input, chosen: null };
    return { width, ...drawCourse(input, width), foot: courseNote(input.course), table: courseTable(input) };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tg-course': CourseElement;
  }
}
