// Dumps of wikis: the pages' texts, without the XML around them.
import { describe, expect, it } from 'vitest';
import { readingOf } from './notation/reading';

const revision = (text: string) =>
  `    <revision>\n      <id>7</id>\n      <comment>no text</comment>\n      <text bytes="9" xml:space="preserve">${text}</text>\n      <sha1>abc</sha1>\n    </revision>\n`;
const page = (title: string, texts: readonly string[], inside = '') =>
  `  <page>\n    <title>${title}</title>\n    <ns>0</ns>\n    <id>1</id>\n${inside}${texts.map(revision).join('')}  </page>\n`;
const dump = (...pages: readonly string[]) =>
  `<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" xml:lang="en">\n  <siteinfo>\n    <sitename>Wiki</sitename>\n    <namespaces>\n      <namespace key="0" />\n    </namespaces>\n  </siteinfo>\n${pages.join('')}</mediawiki>\n`;

const pages = [
  page('Anarchism', ["'''Anarchism''' is a [[philosophy]].\n\n== History ==\nIt &lt;ref&gt;x&lt;/ref&gt; began.\n"]),
  page('A &amp; B', ['First &quot;words&quot; &#8212; &amp;nbsp; here.', 'Second words.']),
  page('Other name', ['#REDIRECT [[Anarchism]]'], '    <redirect title="Anarchism" />\n'),
  page('Last', ['\nText that begins below.\n\n  indented\n']),
].join('');
const documents = [
  "'''Anarchism''' is a [[philosophy]].\n\n== History ==\nIt <ref>x</ref> began.",
  'First "words" — &nbsp; here.',
  'Second words.',
  'Text that begins below.\n\n  indented',
];

describe('a dump of a wiki', () => {
  it.each([
    ['as it is written', dump(pages)],
    ['with a declaration', `<?xml version="1.0" encoding="utf-8"?>\n${dump(pages)}`],
    ['with Windows line ends', dump(pages).replaceAll('\n', '\r\n')],
    ['with its tags in one line', dump(pages.replaceAll(/>\s+</gu, '><'))],
  ])('%s', async (_, content) => {
    const reading = await readingOf('enwiki-latest-pages-articles.xml', content);
    expect(reading).toMatchObject({
      format: 'mediawiki',
      documents,
      entities: ['Anarchism', 'A & B', 'A & B', 'Last'],
    });
  });

  it('without its end gives what is there', async () => {
    const cut = dump(pages).split('indented')[0]!;
    expect((await readingOf('a', cut)).documents.at(-1)).toBe('Text that begins below.');
  });

  it('with empty pages leaves them out', async () => {
    const empty = page('Empty', []).replace('</page>', '<revision><text bytes="0" /></revision></page>');
    expect((await readingOf('a.xml', dump(empty, pages, page('Blank', [' \n'])))).documents).toEqual(documents);
  });

  it('other XML is none', async () => {
    const text = '<book>\n<p>A mediawiki is a wiki, says the author.</p>\n</book>\n'.repeat(60);
    expect((await readingOf('a.xml', text)).format).not.toBe('mediawiki');
  });
});
