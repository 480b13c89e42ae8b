// Written by npm run generate. Do not edit.

import type { Command } from 'commander';
import { register as advisories } from '../../modules/advisories/command.ts';
import { register as auditLogs } from '../../modules/audit-logs/command.ts';
import { register as dataQuality } from '../../modules/data-quality/command.ts';
import { register as discovery } from '../../modules/discovery/command.ts';
import { register as modelScanner } from '../../modules/model-scanner/command.ts';

export const registrations: readonly ((program: Command) => void)[] = [
  advisories,
  auditLogs,
  dataQuality,
  discovery,
  modelScanner,
];
