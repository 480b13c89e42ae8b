/** What a scan could not read, and why: none of it counts as clean. */

import type { z } from 'zod';
import { useEndpointPages } from '../../../client/use-endpoint-pages.ts';
import { Button } from '../../../ui/button.tsx';
import { InertText } from '../../../ui/inert-text.tsx';
import { Loaded } from '../../../ui/loaded.tsx';
import { ScrollRegion } from '../../../ui/scroll-region.tsx';
import { Shape } from '../../../ui/shape.tsx';
import { listScanFiles, type Scan, type Unread } from '../contract.ts';

type Reason = z.infer<typeof Unread>['reason'];
const reasonWords: Readonly<Record<Reason, string>> = {
  unsupported: 'No reader knows the format',
  encrypted: 'It is encrypted',
  budget: 'It would have taken more than the profile allows',
  'reader-failed': 'The reader failed',
  truncated: 'It ends too early',
  permission: 'It could not be opened',
};

export function ScanUnread({ scan }: { scan: Scan }) {
  const files = useEndpointPages(listScanFiles, { id: scan.id, limit: 200, unread: true });
  return (
    <div className="px-4 py-4 tablet:px-6">
      <p className="mb-3 max-w-[72ch] text-ink-2">
        What was not read to the end stays unknown and makes its file incomplete. A deeper profile reads more; another format needs another
        reader.
      </p>
      <Loaded answer={files} waitsFor="the files">
        {(rows) => (
          <ScrollRegion label="Not read" className="overflow-x-auto">
            <table className="w-full min-w-120">
              <thead>
                <tr className="border-b border-line text-left text-label text-ink-3">
                  <th scope="col" className="py-1.5 pr-4 font-regular">
                    File
                  </th>
                  <th scope="col" className="py-1.5 pr-4 font-regular">
                    Why
                  </th>
                  <th scope="col" className="py-1.5 font-regular">
                    Detail
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows.flatMap((file) =>
                  file.unread.map(({ reason, detail }, place) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: parts of a file have no other name, and the list does not change
                    <tr key={`${file.id} ${place}`} className="border-b border-line align-top">
                      <td className="mono py-1.5 pr-4 text-code break-all">
                        <InertText text={file.path === '' ? (scan.path.split('/').at(-1) ?? scan.path) : file.path} limit={400} />
                      </td>
                      <td className="py-1.5 pr-4 whitespace-nowrap">
                        <span className="inline-flex items-center gap-1.5">
                          <Shape name="unknown" tone="unknown" /> {reasonWords[reason]}
                        </span>
                      </td>
                      <td className="py-1.5 text-ink-2">
                        <InertText text={detail} limit={500} />
                      </td>
                    </tr>
                  )),
                )}
              </tbody>
            </table>
          </ScrollRegion>
        )}
      </Loaded>
      {files.hasMore && (
        <Button busy={files.isLoadingMore && 'Loading…'} onClick={files.loadMore}>
          Load more files
        </Button>
      )}
    </div>
  );
}
