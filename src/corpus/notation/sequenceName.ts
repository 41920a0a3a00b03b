// What a FASTA header says the sequence is: the accession, so that versions, isoforms, chains and parts of one gene or protein
// never stand on both sides of the split, and the name of a database is never taken for one. Headers are as NCBI's BLAST book
// (appendix of identifiers), UniProt, Ensembl, GENCODE and the common assemblers write them.

/** Databases of NCBI and UniProt: behind the tag the accession stands at this place. */
const TAGGED: Readonly<Record<string, number>> = {
  sp: 1,
  tr: 1,
  gb: 1,
  emb: 1,
  dbj: 1,
  ref: 1,
  tpg: 1,
  tpe: 1,
  tpd: 1,
  gpp: 1,
  pdb: 1,
  lcl: 1,
  bbs: 1,
  bbm: 1,
  gim: 1,
  gi: 1,
  ena: 1,
  fig: 1,
  ur: 1,
  pir: 2,
  prf: 2,
  gnl: 2,
  jgi: 2,
};
/** Those where the number behind the dot is a version. */
const VERSIONED = new Set(['sp', 'tr', 'gb', 'emb', 'dbj', 'ref', 'tpg', 'tpe', 'tpd', 'gpp', 'ena']);

const MARKER = /^>\s*/u;

/** The header without its `>`; after a tag of a database, bars without the spaces around them. */
function titleOf(header: string): string {
  const title = header.replace(MARKER, '').trim();
  const tag = /^(\w+)\s+\|/u.exec(title)?.[1]?.toLowerCase();
  return tag !== undefined && Object.hasOwn(TAGGED, tag) ? title.replace(/\s{0,9}\|\s{0,9}/gu, '|') : title;
}

/** Undefined where the header is empty or in no known way of writing; then the file's other headers decide. */
function knownAccession(title: string): string | undefined {
  const gene = /\bgene:([^\s|]+)/u.exec(title)?.[1];
  if (gene !== undefined) return withoutVersion(gene);
  const id = firstWord(title);
  const fields = id.split('|');
  const tag = fields[0]!.toLowerCase();
  if (fields.length > 1 && tag === 'gi') return knownAccession(fields.slice(2).join('|')) ?? fields[1];
  const place = fields.length > 1 && Object.hasOwn(TAGGED, tag) ? TAGGED[tag]! : undefined;
  if (place !== undefined) {
    // An empty accession has its name behind it: `pir||A12345`, `gb||LOCUS`.
    const found = fields[place] || fields.slice(1).find((field) => field !== '');
    if (found === undefined) return undefined;
    if (tag === 'gnl' || tag === 'jgi') return `${fields[1]}|${found}`;
    return VERSIONED.has(tag) ? withoutIsoform(found.replace(/\.\d+$/u, '')) : withoutVersion(found);
  }
  // GENCODE: transcript, gene, …
  const ofGene = fields.find((field) => /^ENS[A-Z]*G\d{6,}/u.test(field));
  if (ofGene !== undefined) return withoutVersion(ofGene);
  const pir = /^[PFDRN][1LC3];(\S+)/u.exec(title)?.[1];
  if (pir !== undefined) return pir;
  // A chain of an entry of the PDB.
  if (/^\d(?=\d*[A-Za-z])[A-Za-z0-9]{3}[_:][A-Za-z0-9]{1,4}(?:\||$)/u.test(id)) return id.slice(0, 4).toUpperCase();
  return undefined;
}

function firstWord(title: string): string {
  return (/^\S+/u.exec(title)?.[0] ?? '').replace(/[;,].*$/u, '') || title;
}

/** UniProt's isoforms. */
const withoutIsoform = (accession: string): string => accession.replace(/-\d{1,2}$/u, '');

const UNIPROT = /^(?:[OPQ]\d[A-Z\d]{3}\d|[A-NR-Z]\d(?:[A-Z][A-Z\d]{2}\d){1,2})-\d{1,2}$/u;
/** Accessions that carry a version: RefSeq, INSDC and Ensembl, UniProt, TAIR; and StringTie and Cufflinks, whose genes have parts. */
const WITH_VERSION =
  /^(?:[A-Z]{2}_[A-Z]{0,4}\d+|[A-Z]{1,6}\d{5,}|ENS[A-Z]*\d+|[OPQ]\d[A-Z\d]{3}\d|AT[\dCM]G\d{5}|[A-Z]*STRG\.\d+|CUFF\.\d+)\.\d{1,3}$/u;
/** Reads of a run are numbered in the same way, and are no versions. */
const READ = /^[SED]RR\d+\./u;

/** Without version, isoform, domain or assembled transcript, where it is written as one. */
function withoutVersion(id: string): string {
  const whole = id.replace(/\/\d+-\d+$/u, '');
  if (WITH_VERSION.test(whole) && !READ.test(whole)) return whole.replace(/\.\d+$/u, '');
  if (UNIPROT.test(whole)) return withoutIsoform(whole);
  return whole.replace(/(?<=\d)(?:_i\d+|\.t\d+|[.-]mRNA-?\d+|-[RP][A-Z])$/u, '');
}

/** Share of the headers in which a part must differ to be a name. */
const DISTINCT = 0.3;
/** Share of more than a few headers that must differ at all. */
const DIFFERENT = 0.1;
const FEW = 10;

/** What each header of a file is about. */
export type SequenceNaming = (header: string) => string | undefined;

/**
 * Headers in no known way are read by what tells them apart: the first field between bars that is not the same in most of them,
 * else the first word, else the whole header (`>Homo sapiens …`, `>sequence 1`).
 * @param headers of the file's head.
 */
export function sequenceNaming(headers: readonly string[]): SequenceNaming {
  const titles = headers.map(titleOf).filter((title) => title !== '' && knownAccession(title) === undefined);
  const most = Math.max(0, ...titles.map((title) => firstWord(title).split('|').length));
  const field = (place: number) => (title: string) => firstWord(title).split('|')[place] ?? '';
  const readings = [...Array(Math.min(most, 8)).keys()].map(field);
  const tells = (reading: (title: string) => string): boolean => {
    const distinct = new Set(titles.map(reading)).size;
    return distinct >= 2 && distinct >= DISTINCT * titles.length;
  };
  const whole = (title: string): string => title;
  const chosen = titles.length > 1 ? (readings.find(tells) ?? [firstWord].find(tells) ?? whole) : firstWord;
  // Headers that hardly differ (`>protein`, `>dna`) name nothing.
  const areNames = titles.length < FEW || new Set(titles).size >= DIFFERENT * titles.length;
  return (header) => {
    const title = titleOf(header);
    if (title === '') return undefined;
    return knownAccession(title) ?? (areNames ? withoutVersion(chosen(title) || firstWord(title)) : undefined);
  };
}
