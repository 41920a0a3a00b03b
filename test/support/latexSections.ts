/**
 * Mathematics as LaTeX source, seeded: sections of definitions, lemmas and proofs, prose with formulas between dollars and in
 * displays, labels that later paragraphs refer to, comments. The mathematics is nonsense; its notation is not.
 */
import { seededRandom } from '../../src/random';

const objects = ['scheme', 'sheaf', 'ring', 'module', 'morphism', 'category', 'complex', 'topos', 'site', 'stack'];
const properties = ['noetherian', 'quasi-compact', 'flat', 'étale', 'proper', 'integral', 'separated', 'affine'];
const letters = ['X', 'Y', 'S', 'U', '\\mathcal{F}', '\\mathcal{O}_X', '\\mathfrak p', 'A', 'B', 'f^*', '\\pi', 'M_i'];
const relations = ['\\to', '\\subset', '\\cong', '=', '\\otimes', '\\times_S', '\\longrightarrow', '\\hookrightarrow'];
const wrappers = [
  (inner: string) => `\\Gamma(${inner})`,
  (inner: string) => `H^1(${inner}, \\mathbf{Z}/n\\mathbf{Z})`,
  (inner: string) => `\\text{Hom}_A(${inner}, N)`,
  (inner: string) => `\\bigoplus\\nolimits_{i \\in I} ${inner}`,
  (inner: string) => `\\frac{\\partial ${inner}}{\\partial x_{12}}`,
];

/** @param count sections of some 1,500 bytes, the source of one document. */
export function latexSections(count: number, seed = 11): string {
  const random = seededRandom(seed);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(of.length * random())]!;
  const formula = () => {
    const simple = `${pick(letters)} ${pick(relations)} ${pick(letters)}`;
    return random() < 0.3 ? pick(wrappers)(simple) : simple;
  };
  const thing = () => `${pick(properties)} ${pick(objects)}`;
  const sentence = () =>
    pick([
      () => `Let $${formula()}$ be a ${thing()}.`,
      () => `Then $${formula()}$, and the ${pick(objects)} $${pick(letters)}$ is ${pick(properties)}.`,
      () =>
        `This follows from Lemma \\ref{lemma-${pick(objects)}-${1 + Math.floor(random() * count)}} (see \\cite{EGA}).`,
      () =>
        `Hence we may assume that $${pick(letters)}$ is ${pick(properties)};  \`\`clearly'' the ${pick(objects)} is too.`,
      () => `\\begin{equation*}\n${formula()} \\quad\\text{and}\\quad ${formula()} \\\\\n\\end{equation*}`,
    ])();
  const paragraph = () => `\\noindent\n${Array.from({ length: 2 + Math.floor(random() * 4) }, sentence).join('\n')}`;
  const section = (_: unknown, at: number) => {
    const name = pick(objects);
    return [
      `\\section{The ${thing()}s of a ${name}}\n\\label{section-${name}-${at}}`,
      paragraph(),
      `\\begin{definition}\n\\label{definition-${name}-${at}}\n${sentence()}\nWe call it {\\it ${thing()}}.\n\\end{definition}`,
      `\\begin{lemma}\n\\label{lemma-${name}-${at}}\n${sentence()}\n\\begin{enumerate}\n\\item $${formula()}$,\n\\item ${sentence()}\n\\end{enumerate}\n\\end{lemma}`,
      `\\begin{proof}\n${sentence()}\n% to be written out\n${sentence()} $\\square$\n\\end{proof}`,
      paragraph(),
    ].join('\n\n');
  };
  const sections = Array.from({ length: count }, section);
  return `\\input{preamble}\n\\begin{document}\n\\title{Sections}\n\\maketitle\n\n${sections.join('\n\n')}\n\n\\end{document}\n`;
}
