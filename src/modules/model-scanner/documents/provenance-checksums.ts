/** Lists of checksums: `SHA256SUMS`, `checksums.txt`, and one file beside another. */
import { defineDocument } from '../engine/document.ts';
import type { Draft } from '../engine/reader.ts';
import type { Subject } from './provenance-statement.ts';

const names =
  /^((sha(1|224|256|384|512)|md5)(sums?|_?checksums?)?|checksums?|hashes)(\.(txt|sha256|sha512))?$|\.(sha1|sha224|sha256|sha384|sha512|md5)(sums?|\.txt)?$/;
const mostLines = 100_000;
/** By the number of hexadecimal digits. */
const algorithms = new Map([
  [32, 'md5'],
  [40, 'sha1'],
  [56, 'sha224'],
  [64, 'sha256'],
  [96, 'sha384'],
  [128, 'sha512'],
]);

export default defineDocument({
  format: 'checksum-list',
  role: 'config',
  syntaxes: ['text'],
  names,
  is: ({ name, text }) => names.test(name) && checksumsIn(text, name).length > 0,
  read: (document, draft: Draft) => {
    const subjects = checksumsIn(document.text, document.path.slice(document.path.lastIndexOf('/') + 1));
    draft.metadata.set('listedFiles', subjects.length);
    draft.provenance.push({ kind: 'checksum-list', subjects, signer: null, where: document.placeAt(0) });
  },
});

/** `<digest>  name`, `<digest> *name` (GNU), `SHA256 (name) = <digest>` (BSD); a digest alone is about the file without the ending. @source coreutils manual, "sha2 utilities". */
export function checksumsIn(text: string, name: string): Subject[] {
  const found: Subject[] = [];
  for (const line of text.split('\n', mostLines)) {
    const gnu = /^\\?([0-9a-fA-F]{32,128})(?: [ *]|\s{1,4})(\S[^\r]{0,4000}?)\r?$/.exec(line);
    const bsd = /^[A-Z0-9-]{3,12} \(([^\r]{1,4000})\) = ([0-9a-fA-F]{32,128})\s*$/.exec(line);
    const alone = /^\s*([0-9a-fA-F]{32,128})\s*$/.exec(line);
    if (gnu) add(found, gnu[2] ?? '', gnu[1] ?? '');
    else if (bsd) add(found, bsd[1] ?? '', bsd[2] ?? '');
    else if (alone && /\.(sha1|sha224|sha256|sha384|sha512|md5)$/i.test(name)) add(found, name.replace(/\.[^.]+$/, ''), alone[1] ?? '');
  }
  return found;
}

function add(found: Subject[], file: string, digest: string): void {
  const algorithm = algorithms.get(digest.length);
  if (algorithm !== undefined) found.push({ file, algorithm, digest: digest.toLowerCase(), size: null });
}
