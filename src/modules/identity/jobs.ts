/** Background work of identity, and the news it answers. */
import { on } from '../../platform/events/subscribe.ts';
import { accountChanged } from './contract.ts';
import { emailChangeJob } from './email-change/letters.ts';
import { askForMail, noticeJob } from './notices/notice.ts';
import { resetMailJob } from './password-reset/reset.ts';

export const jobs = [resetMailJob, noticeJob, emailChangeJob];
export const subscriptions = [on(accountChanged, 'identity', askForMail)];
