// Inputs that were read wrongly once, each for a kind that people bring (test/fixtures/corpus), with what a reference reader
// gives for it: Biopython for FASTA, python-chess for PGN, pyarrow for Parquet. The command line and the page are held to it.
import { join } from 'node:path';

export interface CorpusCase {
  /** Under `casesFolder`. */
  readonly file: string;
  readonly format: string;
  readonly field: string | null;
  /** Distinct documents, duplicates and records without text. */
  readonly documents: number;
  readonly duplicates?: number;
  readonly withoutText?: number;
  readonly entities?: number;
  /** The first document. */
  readonly first: string;
  /** A field that is named, not found. */
  readonly named?: string;
}

export const casesFolder = join(import.meta.dirname, '../fixtures/corpus');

const smiles = (file: string): CorpusCase => ({
  file: `smiles/${file}`,
  format: 'smiles',
  field: null,
  documents: 200,
  first: 'CC#NC#NCCCC',
});

const fasta = (file: string, documents: number, first: string): CorpusCase => ({
  file: `fasta/${file}`,
  format: 'fasta',
  field: null,
  documents,
  entities: documents,
  first,
});

const pgn = (file: string, documents: number, first: string): CorpusCase => ({
  file: `pgn/${file}`,
  format: 'pgn',
  field: null,
  documents,
  ...(documents > 2 ? { entities: 3 } : {}),
  first,
});

const records = (
  file: string,
  format: string,
  field: string,
  documents: number,
  first: string,
  more: Partial<CorpusCase> = {},
): CorpusCase => ({ file, format, field, documents, first, ...more });

const swissProt =
  'MFWDKESRSPHESAPQYARKIWEMAAAVAPHQATIRSVINIIRLAQVEGLEMTQTHLLWSTPWCSIPQGNVNDRTEGTPNSASCLYWWPGGTIAHVVIPTNWNRKVYAPTFTVHQCSNWVHTQSNQNAVVYYMRYAIGVWGDVKCDDARAKIKEYGNLDGGKTGKLRMSSEALPMQHKEKT';
const firstGame = '1. e4 e5 2. Nf3 Nc6 3. Bb5 a6 4. Ba4 Nf6 5. O-O Be7 6. a3 a6 1-0';

export const corpusCases: readonly CorpusCase[] = [
  fasta('swissprot.fasta', 60, swissProt),
  fasta('min.fasta', 2, 'MKVLAAGIVGLC'),
  fasta('sp-tr.fasta', 80, swissProt),
  fasta(
    'semicolon-first.fasta',
    30,
    'TATGATTCCGCCGTTCCAGCCTTATTTTTGCCCAAAATTTCGAGGTATCGAATACCCGCACGAACTCAGGTAGGAGAGGGTGCAAGTAGAATTTCCCAAGCGAACCTAGAACCCAATAGCATTCCTCTGACTTTCTCGCAGCCTGTTTCTTGCGATATGATGGCTTGTCCTGGTACTATTTATTGGCCCCTTTCTGGTGG',
  ),
  fasta(
    'dot-gaps.fa',
    30,
    'CACCTGC.TTA.AAT.C.C..C..CG.GAC.A.AGT.CTCT.GATGGAT.ATTCCC.TTTGTACT.CC.CGATC..T.CAGCG.AGTCTCTA.TGTCCACGTGTTTGGCG.CCC.AACATGTTA.CCC...CCT.AGG.CCTGCTAG.CA.AGCAAT.G...G.CAC.GCTCTGGTTCGATC.TAG.G.ACTAGG.CGGC',
  ),
  fasta(
    'plain.fasta',
    60,
    'MCGSCLRPRDHGMLARGTNFPRWADQTYPQVHKEGDLHKHVDSCNTWFGEFRAGAPDMRVNDQPSDDCHTDPSEATVMWSVMANQEWYFDSCNVLKEADWRQEENVNMSKIIKYRPKHNQMKNVTNLGRTWVCLYLFHPMCLYGFHTTWQKNDNFEEIAVDSCDMNETLCSHSATPYARMN',
  ),
  fasta(
    'blanklines.fasta',
    30,
    'AARKTGCRTAANMAMCNYYCGMTGRARNRKTATMMTRGAGMKKARRNCYKRATAYARTYMTGTRNTKANCNYRYMCGYMKCCARGTMATRCANAGNKCTNNRNKNRCTRTRKKAARKRRTYARKCRNTNCCNKTYMGTCGMRNNRRACRRTKYAKGNKAMGARNRTYTGYTTGKYNNRTTTCMTGYTMGTYMGMRKRGYT',
  ),
  smiles('spaced-names.smi'),
  smiles('three-columns.smi'),
  smiles('header.smi'),
  { ...smiles('ions.smi'), first: 'CCl[C@@H](C)~[2H]C%10CC%10C' },
  pgn('leading-comment.pgn', 30, firstGame),
  pgn('trailing-space-tags.pgn', 30, firstGame),
  pgn('no-tags.pgn', 30, firstGame),
  pgn('plain.pgn', 30, firstGame),
  pgn('min-bracket.pgn', 2, '1. e4 e5 { [One may doubt this.] } 2. Nf3 *'),
  records('json/first-null.jsonl', 'json-lines', 'text', 59, 'Real text number 1 that should be trained on.', {
    withoutText: 1,
  }),
  records('json/raw_content.jsonl', 'json-lines', 'raw_content', 60, 'Real text number 0.'),
  records('json/mostly-empty.jsonl', 'json-lines', 'text', 100, 'Long body of post number 0 with words.', {
    withoutText: 200,
    named: 'text',
  }),
  records(
    'json/alpaca-array.json',
    'json',
    'instruction+input+output',
    60,
    'Explain thing number 0 in detail please\n\nThe thing number 0 is a long story about words and more words 0.',
  ),
  records('json/array-compact.json', 'json', 'text', 60, 'Document number 0 with several words and a meaning 0.'),
  records('json/sharegpt.jsonl', 'json-lines', 'conversations', 60, 'Question 0?\n\nAnswer 0 in words.'),
  records(
    'json/prompt-completion.jsonl',
    'json-lines',
    'prompt+completion',
    60,
    'Question number 0 asks about it\n\nYes 0.',
  ),
  records('table/comment.csv', 'table', 'text', 80, 'Sentence number 0 has a few words, and a comma.'),
  records('table/semicolon-commas.csv', 'table', 'text', 80, 'One, two, three, four, number 0, six.'),
  records('table/empty-first-group.parquet', 'parquet', 'text', 300, 'Parquet text 0 with some words.'),
  records('table/nulls-first.parquet', 'parquet', 'text', 300, 'Parquet text 0 with some words.', { withoutText: 150 }),
];
