import { test } from 'node:test';
import { assertTablesMatchDatabase } from '../../platform/database/table-match.ts';
import { testDatabase } from '../../platform/database/test-database.ts';
import * as tables from './table.ts';

test('tables match the migrations', async (t) => assertTablesMatchDatabase((await testDatabase(t)).owner, Object.values(tables)));
