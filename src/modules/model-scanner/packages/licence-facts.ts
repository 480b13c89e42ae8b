/** Licences as facts of an artefact. */
import type { Where } from '../../../contract/finding.ts';
import type { LicenceFact } from '../engine/artefact.ts';
import type { Draft, ReaderTools } from '../engine/reader.ts';
import { namedLicence } from './licence.ts';

export type Into = { readonly draft: Draft; readonly tools: ReaderTools };

/** A licence that a manifest or card names. */
export function sayLicence({ draft, tools }: Into, { text, source }: { text: string; source: LicenceFact['source'] }, where: Where): void {
  const { expression, terms } = namedLicence(text, tools.tables.supply.licences);
  if (expression !== '') draft.licences.push({ expression: expression.toWellFormed(), source, terms, where });
}
