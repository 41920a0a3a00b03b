/**
 * Pictures of samples. SVG is shown as an image, where nothing in it runs or loads; MathML is rebuilt from the elements and
 * attributes that set a formula, so that whatever a sample says, no script and no address comes of it.
 */
import { html, type TemplateResult } from 'lit';
import type { Drawing } from '../../worker/index';

export function drawing({ kind, markup }: Drawing, alt: string): TemplateResult {
  if (kind === 'svg')
    return html`<img class="drawn" src="data:image/svg+xml,${encodeURIComponent(markup)}" alt=${alt} />`;
  return html`<span class="drawn formula">${mathOf(markup)}</span>`;
}

const elements = new Set(
  'math mrow mi mo mn ms mtext mspace msup msub msubsup mfrac msqrt mroot mover munder munderover mtable mtr mtd mstyle mpadded mphantom menclose semantics'.split(
    ' ',
  ),
);
const attributes = new Set(
  'display mathvariant stretchy fence separator lspace rspace width height depth minsize maxsize linethickness accent accentunder columnalign rowspacing columnspacing scriptlevel displaystyle notation mathcolor mathbackground symmetric largeop movablelimits voffset'.split(
    ' ',
  ),
);
const namespace = 'http://www.w3.org/1998/Math/MathML';

/** Null where there is no formula in it. */
export function mathOf(markup: string): Element | null {
  const parsed = new DOMParser().parseFromString(markup, 'text/html').querySelector('math');
  return parsed && (copied(parsed) as Element);
}

function copied(node: Node): Node | null {
  if (node.nodeType === Node.TEXT_NODE) return document.createTextNode(node.nodeValue ?? '');
  if (!(node instanceof Element) || !elements.has(node.localName)) return null;
  const copy = document.createElementNS(namespace, node.localName);
  for (const { name, value } of node.attributes) if (attributes.has(name)) copy.setAttribute(name, value);
  for (const child of node.childNodes) {
    const inner = copied(child);
    if (inner) copy.append(inner);
  }
  return copy;
}
