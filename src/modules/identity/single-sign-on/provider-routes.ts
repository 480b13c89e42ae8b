/** The product door of sign-in by providers. */
import { fileAnswer, handle, type Route } from '../../../platform/http/handle.ts';
import {
  backChannelLogout,
  beginProviderSignIn,
  changeSignInProvider,
  connectSignIn,
  createSignInProvider,
  deleteSignInProvider,
  disconnectSignIn,
  getSignInProvider,
  leaveProvider,
  listConnectedSignIns,
  listSignInChoices,
  listSignInProviders,
  openidCallback,
  previewRole,
  readProviderTest,
  samlAnswer,
  samlFinish,
  samlLogout,
  samlLogoutPost,
  samlMetadata,
  testSignInProvider,
} from '../contract.ts';
import { beginSignIn, signInChoices } from './begin.ts';
import { takeCallback } from './callback.ts';
import { beginConnection, connections, endConnection, leave } from './connections.ts';
import { beginTest, readTest } from './provider-test.ts';
import { changeProvider, createProvider, deleteProvider, providers, readProvider } from './providers.ts';
import { decideRole } from './role-rules.ts';
import { finishSaml, takeSamlAnswer } from './saml/answer.ts';
import { takeLogoutByForm, takeLogoutByRedirect } from './saml/logout.ts';
import { ownMetadata } from './saml/own-metadata.ts';
import { endByProvider } from './sign-out.ts';

export const providerRoutes: readonly Route[] = [
  // These begin without a workspace, ask other sites in between, or must keep what was taken although they are refused: own transactions.
  handle(listSignInChoices, () => signInChoices(), { transaction: 'none' }),
  handle(beginProviderSignIn, beginSignIn, { transaction: 'none' }),
  handle(openidCallback, takeCallback, { transaction: 'none' }),
  handle(backChannelLogout, endByProvider, { transaction: 'none' }),
  handle(samlMetadata, async ({ slug }) => fileAnswer(await ownMetadata(slug)), { transaction: 'none' }),
  handle(samlAnswer, takeSamlAnswer, { transaction: 'none' }),
  handle(samlFinish, finishSaml, { transaction: 'none' }),
  handle(samlLogout, takeLogoutByRedirect, { transaction: 'none' }),
  handle(samlLogoutPost, takeLogoutByForm, { transaction: 'none' }),
  handle(testSignInProvider, beginTest, { transaction: 'none' }),
  handle(connectSignIn, beginConnection, { transaction: 'none' }),
  handle(leaveProvider, (_input, context) => leave(context), { transaction: 'none' }),
  handle(listSignInProviders, () => providers()),
  handle(getSignInProvider, ({ id }) => readProvider(id)),
  handle(createSignInProvider, createProvider),
  handle(changeSignInProvider, changeProvider),
  handle(deleteSignInProvider, deleteProvider),
  handle(readProviderTest, readTest),
  handle(previewRole, ({ claims, ...rules }) => decideRole(rules, claims), { transaction: 'none' }),
  handle(listConnectedSignIns, (_input, context) => connections(context)),
  handle(disconnectSignIn, endConnection),
];
