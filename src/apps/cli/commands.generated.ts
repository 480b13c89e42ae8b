// Written by npm run generate. Do not edit.

import type { Command } from 'commander';

export const registrations: readonly ((program: Command) => void)[] = [];
