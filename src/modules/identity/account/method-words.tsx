/** How somebody signed in, in words. */
const methods: ReadonlyMap<string, string> = new Map([
  ['password', 'password'],
  ['passkey', 'passkey'],
  ['openid-connect', 'single sign-on (OpenID Connect)'],
  ['oauth2', 'single sign-on (OAuth 2.0)'],
  ['saml', 'single sign-on (SAML)'],
]);
const seconds: ReadonlyMap<string, string> = new Map([
  ['otp', 'code of the app'],
  ['recovery', 'recovery code'],
  ['hwk', 'security key'],
  ['provider-mfa', "the provider's second factor"],
]);
const factors: ReadonlyMap<string, string> = new Map([
  ['totp', 'app'],
  ['passkey', 'passkey'],
  ['security-key', 'security key'],
]);

/** `password and code of the app`. */
export function methodWords(method: string, proofs: readonly string[]): string {
  const first = methods.get(method) ?? method;
  const second = method === 'passkey' ? [] : proofs.flatMap((proof) => seconds.get(proof) ?? []);
  return second.length === 0 ? first : `${first} and ${second.join(', ')}`;
}

export function factorWords(kinds: readonly string[]): string {
  return kinds.map((kind) => factors.get(kind) ?? kind).join(', ');
}
