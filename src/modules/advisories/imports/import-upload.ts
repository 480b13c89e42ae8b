/** Where uploaded files lie until they are read. */
import { join } from 'node:path';
import { config } from '../../../platform/config.ts';

export const uploadsFolder = (): string => join(config().DATA_DIR, 'uploads', 'advisories');
/** @param id the import's: made by us, so no part of a caller stands in the path. */
export const fileOfImport = (id: string): string => join(uploadsFolder(), id);
