/** What a list of files is like as a whole: the worst verdict below each folder, and which formats there are. */
import { sql } from 'drizzle-orm';
import { db } from '../../../platform/database/database.ts';
import { FileOutline, folderVerdicts } from '../contract.ts';
import { type FileFilter, fileWhere } from '../store.ts';
import { scanFileTable as file } from '../table.ts';

const mostFolders = 1000;
const mostFormats = 200;
/** Folders deeper than this stand under the last one that counts. */
const deepest = 12;

/** @param isLong are there more files than one page holds? Else the page itself says all about folders. */
export async function outlineOf(filter: FileFilter, isLong: boolean): Promise<FileOutline> {
  const folders = isLong ? await folderRows(filter) : [];
  return FileOutline.parse({
    folders: folders.slice(0, mostFolders),
    foldersLeftOut: folders.length > mostFolders,
    formats: await formatRows(filter.scanId),
  });
}

async function folderRows(filter: FileFilter) {
  const { rows } = await db().execute(sql`
    with judged as (
      select string_to_array(${file.path}, '/') as parts, array_position(${sql.param([...folderVerdicts])}::text[], ${file.verdict}) as rank
      from ${file} where ${fileWhere(filter)} and ${file.verdict} is not null
    ), below as (
      select array_to_string(parts[1:depth], '/') as path, depth, rank
      from judged, generate_series(1, least(cardinality(parts) - 1, ${deepest})) as depth
    )
    select path, (${sql.param([...folderVerdicts])}::text[])[min(rank)] as verdict, count(*)::int as files
    from below group by depth, path order by depth, path limit ${mostFolders + 1}`);
  return rows;
}

async function formatRows(scanId: string) {
  const { rows } = await db().execute(sql`
    select ${file.format} as format, count(*)::int as files from ${file}
    where ${file.scanId} = ${scanId} group by ${file.format} order by count(*) desc, ${file.format} limit ${mostFormats}`);
  return rows;
}
