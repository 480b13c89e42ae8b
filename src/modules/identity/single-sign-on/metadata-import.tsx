/** Fills the SAML fields from the provider's metadata. Read in this browser; what it filled in is checked by whoever saves it. */
import { useState } from 'react';
import { useFormContext } from 'react-hook-form';
import { TextBox } from '../../../ui/controls.tsx';

type Found = { readonly entityId: string; readonly signOnUrl: string; readonly signOutUrl: string; readonly certificates: string };
const redirectBinding = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
const space = 'urn:oasis:names:tc:SAML:2.0:metadata';
const mostCharacters = 500_000;

function readMetadata(text: string): Found | string {
  if (text.length > mostCharacters) return 'This is longer than the metadata of one provider.';
  const document = new DOMParser().parseFromString(text.trim(), 'text/xml');
  if (document.querySelector('parsererror') !== null) return 'This is no XML. Copy the whole file, from < to >.';
  const providers = document.getElementsByTagNameNS(space, 'IDPSSODescriptor');
  const [provider] = providers;
  if (provider === undefined) return 'This holds no identity provider (IDPSSODescriptor). It may be our own metadata.';
  if (providers.length > 1) return 'This holds several providers. Copy the part of the one you mean.';
  const service = (name: string): string => {
    const all = [...provider.getElementsByTagNameNS(space, name)];
    return all.find((one) => one.getAttribute('Binding') === redirectBinding)?.getAttribute('Location') ?? '';
  };
  const keys = [...provider.getElementsByTagNameNS(space, 'KeyDescriptor')].filter((key) => key.getAttribute('use') !== 'encryption');
  const signOnUrl = service('SingleSignOnService');
  if (signOnUrl === '') return 'This provider takes no sign-in requests by redirect, which is needed.';
  return {
    entityId: provider.parentElement?.getAttribute('entityID') ?? '',
    signOnUrl,
    signOutUrl: service('SingleLogoutService'),
    certificates: keys.map(pemOf).join('\n'),
  };
}

function pemOf(key: Element): string {
  const text = key.getElementsByTagNameNS('http://www.w3.org/2000/09/xmldsig#', 'X509Certificate')[0]?.textContent ?? '';
  const lines = text.replaceAll(/\s/g, '').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----'].join('\n');
}

export function MetadataImport() {
  const [text, setText] = useState('');
  const { setValue } = useFormContext();
  const found = text.trim() === '' ? null : readMetadata(text);
  const take = (next: string) => {
    setText(next);
    const read = next.trim() === '' ? null : readMetadata(next);
    if (read === null || typeof read === 'string') return;
    for (const [name, value] of Object.entries(read)) setValue(`settings.${name}`, value, { shouldValidate: true, shouldDirty: true });
  };
  return (
    <div>
      <TextBox
        label="Metadata of the provider"
        value={text}
        onChange={take}
        rows={4}
        help="Paste the XML file the provider offers: it fills the fields below. Or fill them by hand."
      />
      <p role="status" className="mt-1 min-h-5 text-label text-ink-2">
        {typeof found === 'string' && <span className="text-critical-ink">{found}</span>}
        {found !== null && typeof found !== 'string' && `Filled in for ${found.entityId}. Look the fields over and save.`}
      </p>
    </div>
  );
}
