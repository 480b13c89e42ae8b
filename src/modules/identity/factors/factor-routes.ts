/** The product door of second factors and passkeys. */
import { handle, type Route } from '../../../platform/http/handle.ts';
import {
  addPasskey,
  changeFactorPolicy,
  confirmTotp,
  finishLogin,
  listOwnFactors,
  listSignIns,
  loginFactorOptions,
  passkeyOptions,
  passkeySignIn,
  passkeySignInOptions,
  readFactorPolicy,
  readVerification,
  removeFactorsOf,
  removePasskey,
  removeTotp,
  renamePasskey,
  renewRecoveryCodes,
  startTotp,
  verifySession,
  verifySessionOptions,
} from '../contract.ts';
import { discoverableOptions } from '../passkeys/options.ts';
import { beginPasskey, dropPasskey, keepPasskey, nameAnew } from '../passkeys/own-passkeys.ts';
import { signInWithPasskey } from '../passkeys/passkey-sign-in.ts';
import { beginEnrolment, finishEnrolment, ownFactors, removeAuthenticator, renewCodes } from './own-factors.ts';
import { changePolicy, factorPolicies } from './policy.ts';
import { removeFactors } from './remove-factors.ts';
import { finishWithFactor, secondStepOptions } from './second-step.ts';
import { signInsOf } from './sign-in-history.ts';
import { proveAgain, verificationOptions, verificationState } from './verify-session.ts';

export const factorRoutes: readonly Route[] = [
  // Proofs count when they are refused, and challenges stay taken: own transactions.
  handle(finishLogin, finishWithFactor, { transaction: 'none' }),
  handle(loginFactorOptions, secondStepOptions, { transaction: 'none' }),
  handle(verifySession, proveAgain, { transaction: 'none' }),
  handle(verifySessionOptions, (_input, context) => verificationOptions(context), { transaction: 'none' }),
  handle(passkeyOptions, beginPasskey, { transaction: 'none' }),
  handle(addPasskey, keepPasskey, { transaction: 'none' }),
  handle(passkeySignInOptions, () => discoverableOptions(), { transaction: 'none' }),
  handle(passkeySignIn, signInWithPasskey, { transaction: 'none' }),
  handle(readVerification, (_input, context) => verificationState(context)),
  handle(listOwnFactors, (_input, context) => ownFactors(context)),
  handle(startTotp, (_input, context) => beginEnrolment(context)),
  handle(confirmTotp, finishEnrolment),
  handle(removeTotp, (_input, context) => removeAuthenticator(context)),
  handle(renewRecoveryCodes, (_input, context) => renewCodes(context)),
  handle(renamePasskey, nameAnew),
  handle(removePasskey, dropPasskey),
  handle(readFactorPolicy, () => factorPolicies()),
  handle(changeFactorPolicy, changePolicy),
  handle(listSignIns, signInsOf),
  handle(removeFactorsOf, removeFactors),
];
