import { launchBrowser } from '../browser/browser.ts';
import { buildGallery, scenes, serveBuilt } from './look.ts';

await buildGallery('/tmp/ui/perf');
const { url, server } = await serveBuilt('/tmp/ui/perf');
const browser = await launchBrowser();
for (const [width, height] of [
  [320, 640],
  [800, 900],
  [1024, 768],
  [1240, 800],
] as const) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: 'light', reducedMotion: 'reduce' });
  const page = await context.newPage();
  for (const [i, scene] of scenes.slice(0, 7).entries()) {
    await page.goto(url + scene);
    await page.waitForSelector('h1');
    await page.waitForTimeout(400);
    const over = await page.evaluate(`document.documentElement.scrollWidth - document.documentElement.clientWidth`);
    const inner = await page.evaluate(
      `[...document.querySelectorAll('main *')].filter(e => { const r=e.getBoundingClientRect(); return r.width>0 && r.right > innerWidth+1 && !e.closest('section[tabindex]') && !e.closest('.overflow-x-auto') && getComputedStyle(e).position!=='absolute' }).slice(0,3).map(e=>e.tagName+'.'+String(e.className).slice(0,60)+' '+Math.round(e.getBoundingClientRect().right)).join(' | ')`,
    );
    if (Number(over) > 0 || inner) console.log(width, scene, over, inner);
    if ([0, 1, 3, 4].includes(i)) await page.screenshot({ path: `/tmp/ui/w${width}-${i}.png` });
  }
  await context.close();
}
await browser.close();
server.closeAllConnections();
server.close();
