/** The product door of bills of materials. */
import { transaction } from '../../../platform/database/database.ts';
import { fileAnswer, handle, type Route } from '../../../platform/http/handle.ts';
import { type BillComponent, billDocument, compareBills, getBill } from '../contract.ts';
import { cyclonedxReport } from '../reports/cyclonedx.ts';
import { billOf, compareBillsOf, placed } from './bill.ts';
import { type BillSource, readBill, scanLine } from './bill-of-asset.ts';

export const billRoutes: readonly Route[] = [
  handle(getBill, async (subject) => {
    const { scan, name, bom, earlier } = await readBill(subject);
    return { name, scan: scanLine(scan), earlier, ...billOf(bom) };
  }),
  handle(
    billDocument,
    async ({ version, ...subject }, context) => {
      const { name, bom } = await transaction(context, () => readBill(subject), { readOnly: true });
      const text = JSON.stringify(cyclonedxReport(bom, version), null, 2);
      return fileAnswer({ name: `${name}.cdx.json`, mediaType: 'application/vnd.cyclonedx+json', body: oneText(text) });
    },
    { transaction: 'none' },
  ),
  handle(compareBills, async ({ asset_id, a, b }) => {
    const before = await readBill({ asset_id, scan_id: a });
    const after = await readBill({ asset_id, scan_id: b });
    const changes = compareBillsOf(placedComponents(before), placedComponents(after));
    return { a: scanLine(before.scan), b: scanLine(after.scan), ...changes };
  }),
];

/** Scans of a folder and of one above it name the same file by different paths: compared by where it lies. */
function placedComponents({ bom, scan }: BillSource): BillComponent[] {
  const { components } = billOf(bom);
  return 'path' in scan.source ? components.map((one) => placed(one, scan.path)) : components;
}

async function* oneText(text: string): AsyncGenerator<string> {
  yield text;
}
