/** The product door of identity. */
import { handle, type Route } from '../../platform/http/handle.ts';
import { changeOwnPassword, endOwnOtherSessions, endOwnSession, ownSessions, signOut, whoAmI } from './account/own-account.ts';
import {
  changeDepartmentRule,
  changePassword,
  changeUser,
  currentUser,
  endOtherSessions,
  endSession,
  finishReset,
  getUser,
  inviteUser,
  listInvitations,
  listPeopleFindings,
  listSessions,
  listUsers,
  login,
  logout,
  makeResetLink,
  peoplePosture,
  readDepartmentRule,
  readPermissions,
  register,
  registrationState,
  requestReset,
  resetState,
  revokeInvitation,
} from './contract.ts';
import { changeRule, departmentRuleAnswer } from './departments/department-rule.ts';
import { emailRoutes } from './email-change/email-routes.ts';
import { factorRoutes } from './factors/factor-routes.ts';
import { askForLink, helpToReset, resetWay, setNewPassword } from './password-reset/reset.ts';
import { changePerson, invitations, invite, people, readPerson, revoke } from './people/people.ts';
import { permissionMatrix } from './people/permission-matrix.ts';
import { findings, posture } from './posture/weak-spots.ts';
import { registerPerson, registrationWay } from './sign-in/registration.ts';
import { signIn } from './sign-in/sign-in.ts';
import { providerRoutes } from './single-sign-on/provider-routes.ts';
import { tokenRoutes } from './tokens/token-routes.ts';

export const routes: readonly Route[] = [
  // Sign-in and registration begin without a workspace and must count failures although they are refused: own transactions.
  handle(register, registerPerson, { transaction: 'none' }),
  handle(login, signIn, { transaction: 'none' }),
  handle(registrationState, async () => ({ open: await registrationWay() }), { transaction: 'none' }),
  handle(resetState, (_input, context) => resetWay(context), { transaction: 'none' }),
  handle(requestReset, askForLink, { transaction: 'none' }),
  handle(finishReset, setNewPassword, { transaction: 'none' }),
  handle(makeResetLink, helpToReset),
  handle(logout, (_input, context) => signOut(context)),
  handle(currentUser, (_input, context) => whoAmI(context)),
  handle(listSessions, (_input, context) => ownSessions(context)),
  handle(endSession, ({ id }, context) => endOwnSession(id, context)),
  handle(endOtherSessions, (_input, context) => endOwnOtherSessions(context)),
  handle(changePassword, changeOwnPassword, { transaction: 'none' }),
  handle(listUsers, (input) => people(input)),
  handle(inviteUser, invite),
  handle(listInvitations, (input) => invitations(input)),
  handle(revokeInvitation, ({ id }) => revoke(id)),
  handle(listPeopleFindings, (input) => findings(input)),
  handle(peoplePosture, posture),
  handle(getUser, ({ id }) => readPerson(id)),
  handle(changeUser, changePerson),
  handle(readPermissions, () => permissionMatrix(), { transaction: 'none' }),
  handle(readDepartmentRule, () => departmentRuleAnswer()),
  handle(changeDepartmentRule, changeRule),
  ...emailRoutes,
  ...factorRoutes,
  ...providerRoutes,
  ...tokenRoutes,
];
