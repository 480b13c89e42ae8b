/** Facts about a DOCTYPE, for every reader and document that meets one. */
import type { Where } from '../../../../contract/finding.ts';
import type { PracticeFact } from '../../engine/artefact.ts';
import { escapeText, quote } from '../../engine/quote.ts';
import { bomb, broken, type Draft } from '../../engine/reader.ts';
import { isAddress, leavesFolder } from '../archives/archive-path.ts';
import { type Doctype, parseDoctype } from './doctype.ts';

const bombCharacters = 10 * 2 ** 20;
const mostFacts = 20;

/**
 * @param strict the format needs no DOCTYPE at all: a model says nothing in one.
 * @source OWASP "XML External Entity Prevention"; CWE-611, CWE-776.
 */
export function addDoctype(text: string, place: Where, { draft, strict }: { draft: Draft; strict: boolean }): void {
  const doctype = parseDoctype(text);
  addExternal(doctype, place, { draft, strict });
  if (doctype.expanded > bombCharacters || doctype.isCircular)
    draft.anomalies.push(
      bomb(
        'xml-entity-bomb',
        doctype.isCircular
          ? 'Entities of the DOCTYPE refer to each other in a circle.'
          : `Entities of the DOCTYPE grow to ${doctype.expanded} characters when they are expanded.`,
        place,
        true,
      ),
    );
  if (strict)
    draft.anomalies.push(broken('xml-doctype', `A model needs no DOCTYPE; this one declares ${doctype.entities.length} entities.`, place));
}

/** Character tables of document types, published by standards bodies and shipped with every parser. */
const standards = /^https?:\/\/(?:www\.)?(?:w3\.org|oasis-open\.org|docbook\.org|xml\.org|apple\.com|mozilla\.org)\//i;

function addExternal({ entities, address }: Doctype, place: Where, { draft, strict }: { draft: Draft; strict: boolean }): void {
  const outside = (path: string) => strict || (leavesFolder(path) && !standards.test(path));
  const read = entities.filter(({ address: source, isUnparsed }) => source !== null && !isUnparsed && outside(source));
  for (const { name, address: source, isParameter } of read.slice(0, mostFacts))
    draft.practices.push(
      external(
        source ?? '',
        `The entity ${quote(name, 60)} is read from ${quote(source ?? '', 200)}${isParameter ? ' while the DOCTYPE is read' : ' wherever it is used'}.`,
        place,
      ),
    );
  // Documents with a DTD of a standards body are everywhere; one on the local disk is not.
  if (address !== null && /^file:/i.test(address))
    draft.practices.push(external(address, `The DTD is read from ${quote(address, 200)}.`, place));
}

function external(address: string, detail: string, where: Where): PracticeFact {
  const isFile = !isAddress(address) || /^file:/i.test(address);
  return {
    subject: 'repository',
    code: isFile ? 'xml-external-file' : 'xml-external-address',
    detail,
    text: escapeText(address.slice(0, 300)),
    certainty: 'possible',
    where,
  };
}
