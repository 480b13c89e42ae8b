/** The product door of changed e-mail addresses. */
import { handle, type Route } from '../../../platform/http/handle.ts';
import {
  changeEmailOf,
  confirmEmailChange,
  emailState,
  requestEmailChange,
  stopEmailChange,
  withdrawEmailChange,
} from './email-contract.ts';
import { changeEmailOfPerson } from './email-of-person.ts';
import { askForEmailChange, confirmOwnEmail, ownEmailState, stopChange, withdrawOwnChange } from './own-email.ts';

export const emailRoutes: readonly Route[] = [
  handle(emailState, (_input, context) => ownEmailState(context)),
  // What is counted must stay although it is refused, and the link to the old address begins without a workspace: own transactions.
  handle(requestEmailChange, askForEmailChange, { transaction: 'none' }),
  handle(stopEmailChange, stopChange, { transaction: 'none' }),
  handle(withdrawEmailChange, (_input, context) => withdrawOwnChange(context)),
  handle(confirmEmailChange, confirmOwnEmail),
  handle(changeEmailOf, changeEmailOfPerson),
];
