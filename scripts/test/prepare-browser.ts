/** Unpacks the browser that the pages of the tests are opened in. */
import { unpackBrowser } from '../../test/browser/unpacked-browser.ts';

await unpackBrowser();
