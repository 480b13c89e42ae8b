/** The checks that compare clients, in the order they are reported. Finite numbers and shapes are looked at while reading. */
import type { Check } from './checks/check.ts';
import { collusion } from './checks/collusion.ts';
import { concentration } from './checks/concentration.ts';
import { direction } from './checks/direction.ts';
import { freeRider } from './checks/free-rider.ts';
import { history } from './checks/history.ts';
import { norm } from './checks/norm.ts';
import { signAgreement } from './checks/sign-agreement.ts';

export const checks: readonly Check[] = [norm, direction, collusion, concentration, freeRider, signAgreement, history];
