/** Kinds of providers as people say them, and what a new one begins with. */
import type { ProviderKind, ProviderSettings } from '../contract.ts';

export const kindWords: Readonly<Record<ProviderKind, string>> = {
  'openid-connect': 'OpenID Connect',
  oauth2: 'OAuth 2.0',
  saml: 'SAML 2.0',
};

export const kindNotes: Readonly<Record<ProviderKind, string>> = {
  'openid-connect':
    'Entra ID, Okta, Google Workspace, Keycloak, Auth0: anything that has an issuer address. Take this one when you can choose.',
  oauth2: 'GitHub and others that sign people in without OpenID Connect.',
  saml: 'Providers that have metadata in XML, or that your organisation uses with SAML only.',
};

/** Filled with GitHub’s addresses, because that is what it is for in most places. */
export const firstSettings: Readonly<Record<ProviderKind, ProviderSettings>> = {
  'openid-connect': {
    kind: 'openid-connect',
    issuer: '',
    clientId: '',
    scopes: ['openid', 'profile', 'email'],
    emailClaim: 'email',
    nameClaim: 'name',
    userinfo: false,
  },
  oauth2: {
    kind: 'oauth2',
    authorizationUrl: 'https://github.com/login/oauth/authorize',
    tokenUrl: 'https://github.com/login/oauth/access_token',
    userUrl: 'https://api.github.com/user',
    emailsUrl: 'https://api.github.com/user/emails',
    clientId: '',
    scopes: ['read:user', 'user:email'],
    subjectField: 'id',
    emailClaim: 'email',
    nameClaim: 'name',
  },
  saml: {
    kind: 'saml',
    entityId: '',
    signOnUrl: '',
    signOutUrl: null,
    certificates: [],
    emailAttribute: 'email',
    nameAttribute: 'displayName',
  },
};

export const providersPath = '/settings/sign-in-providers';
