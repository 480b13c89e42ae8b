/** Unpacks the browser that the pages of the tests are opened in. */
import { unpackBrowser } from './unpacked-browser.ts';

await unpackBrowser();
