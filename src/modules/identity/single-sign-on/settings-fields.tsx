/** The fields of each kind of provider, with the words providers use for them; and the way from what was typed to settings. */
import { z } from 'zod';
import { CheckboxField, TextAreaField, TextField } from '../../../ui/form.tsx';
import { OauthSettings, OpenidSettings, type ProviderKind, type ProviderSettings, SamlSettings } from '../contract.ts';

const words = z.string().transform((text) => text.split(/[\s,]+/).filter((word) => word !== ''));
const orNull = z.string().transform((text) => (text.trim() === '' ? null : text.trim()));
const certificates = z.string().transform((text) => [...(text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [])]);

/** Said of the whole field: a form shows what is wrong with a field, not with a line of it. */
const areTenants = (list: string[]) => list.length === 0 || OpenidSettings.shape.tenants.safeParse(list).success;

/** As typed: lists are lines of text. */
export const TypedSettings = z.discriminatedUnion('kind', [
  OpenidSettings.extend({
    scopes: words.pipe(OpenidSettings.shape.scopes.unwrap()),
    tenants: words
      .refine(areTenants, 'A tenant id is 36 characters: 8-4-4-4-12, as the provider shows it. One a line.')
      .transform((list) => (list.length === 0 ? undefined : list))
      .pipe(OpenidSettings.shape.tenants),
  }),
  OauthSettings.extend({
    scopes: words.pipe(OauthSettings.shape.scopes.unwrap()),
    emailsUrl: orNull.pipe(OauthSettings.shape.emailsUrl.unwrap()),
  }),
  SamlSettings.extend({
    signOutUrl: orNull.pipe(SamlSettings.shape.signOutUrl.unwrap()),
    certificates: certificates.pipe(SamlSettings.shape.certificates),
  }),
]);
export type TypedSettings = z.input<typeof TypedSettings>;

export function typedOf(settings: ProviderSettings): TypedSettings {
  if (settings.kind === 'saml')
    return { ...settings, signOutUrl: settings.signOutUrl ?? '', certificates: settings.certificates.join('\n') };
  if (settings.kind === 'oauth2') return { ...settings, scopes: settings.scopes.join(' '), emailsUrl: settings.emailsUrl ?? '' };
  return { ...settings, scopes: settings.scopes.join(' '), tenants: (settings.tenants ?? []).join('\n') };
}

const address = { inputMode: 'url', spellCheck: false, autoComplete: 'off', mono: true } as const;
const plain = { spellCheck: false, autoComplete: 'off', mono: true } as const;

export function SettingsFields({ kind }: { kind: ProviderKind }) {
  if (kind === 'openid-connect') return <OpenidFields />;
  return kind === 'oauth2' ? <OauthFields /> : <SamlFields />;
}

function OpenidFields() {
  return (
    <>
      <TextField
        name="settings.issuer"
        label="Issuer"
        {...address}
        help="The address that /.well-known/openid-configuration is added to. Also called authority or domain; without that ending, letter by letter."
      />
      <TextField name="settings.clientId" label="Client id" {...plain} help="Also called application id." />
      <details>
        <summary className="finger cursor-pointer font-name text-ink-2">Issuers that serve many tenants</summary>
        <div className="mt-3">
          <TextAreaField
            name="settings.tenants"
            label="Tenants that may sign in"
            rows={2}
            help="For an issuer that ends in common or organizations: the ids of the tenants, one a line. Nobody of another comes in. Empty for the issuer of one tenant."
          />
        </div>
      </details>
      <details>
        <summary className="finger cursor-pointer font-name text-ink-2">Scopes and names of claims</summary>
        <div className="mt-3 grid gap-4">
          <TextField
            name="settings.scopes"
            label="Scopes"
            {...plain}
            help="Separated by spaces. Some providers need one more for groups."
          />
          <TextField name="settings.emailClaim" label="Claim of the e-mail address" {...plain} />
          <TextField name="settings.nameClaim" label="Claim of the name" {...plain} />
          <CheckboxField
            name="settings.userinfo"
            label="Ask the userinfo endpoint too"
            help="When address, name or groups are not in the ID token itself."
          />
        </div>
      </details>
    </>
  );
}

function OauthFields() {
  return (
    <>
      <TextField name="settings.clientId" label="Client id" {...plain} />
      <TextField
        name="settings.scopes"
        label="Scopes"
        {...plain}
        help="Separated by spaces. Reading the person and their e-mail addresses is enough."
      />
      <TextField name="settings.authorizationUrl" label="Authorisation address" {...address} help="Where people are sent to sign in." />
      <TextField name="settings.tokenUrl" label="Token address" {...address} />
      <TextField name="settings.userUrl" label="Address of the person" {...address} help="Answers JSON about whoever signed in." />
      <TextField
        name="settings.emailsUrl"
        label="Address of their e-mail addresses"
        {...address}
        help="A list of {email, primary, verified}. Without it no address counts as verified."
      />
      <details>
        <summary className="finger cursor-pointer font-name text-ink-2">Names of fields</summary>
        <div className="mt-3 grid gap-4">
          <TextField
            name="settings.subjectField"
            label="Field of the id"
            {...plain}
            help="A number or text that never changes. Not the login name."
          />
          <TextField name="settings.nameClaim" label="Field of the name" {...plain} />
          <TextField
            name="settings.emailClaim"
            label="Field of the e-mail address"
            {...plain}
            help="Used only when there is no list of addresses."
          />
        </div>
      </details>
    </>
  );
}

function SamlFields() {
  return (
    <>
      <TextField name="settings.entityId" label="Entity id of the provider" {...plain} help="Also called issuer. Letter by letter." />
      <TextField name="settings.signOnUrl" label="Sign-on address" {...address} help="Single sign-on service, binding HTTP redirect." />
      <TextField
        name="settings.signOutUrl"
        label="Sign-out address"
        {...address}
        help="Single logout service, binding HTTP redirect. May be empty."
      />
      <TextAreaField
        name="settings.certificates"
        label="Signing certificate"
        rows={6}
        placeholder="-----BEGIN CERTIFICATE-----"
        help="PEM. While the provider changes it, both, one after the other. Response and assertion must both be signed, with SHA-256 or better."
      />
      <TextField name="settings.emailAttribute" label="Attribute of the e-mail address" {...plain} />
      <TextField name="settings.nameAttribute" label="Attribute of the name" {...plain} />
    </>
  );
}
