/** Our metadata towards one SAML provider; also of one that is not switched on yet, because it is read while setting up. */
import type { FileAnswer } from '../../../../platform/http/handle.ts';
import { findProviderAcross } from '../begin.ts';
import { singleSignOnProblems } from '../provider-contract.ts';
import { metadataOf } from './message.ts';

export async function ownMetadata(slug: string): Promise<FileAnswer> {
  const provider = await findProviderAcross(slug);
  if (provider?.kind !== 'saml' || provider.certificate === null) throw singleSignOnProblems.providerNotFound({ id: slug });
  const text = metadataOf(slug, provider.certificate);
  return { name: `ai-spm-${slug}.xml`, mediaType: 'application/samlmetadata+xml', inline: true, body: once(text) };
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}
