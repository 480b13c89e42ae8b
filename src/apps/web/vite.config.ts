/** Builds the web app into dist/public: every page its own chunk, nothing inline, because the page's policy allows files of this site only. */
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { noScrollLock } from './no-scroll-lock.ts';

/** The Latin files of both faces are asked for before the style sheet names them. */
const preloadedFonts = [/inter-latin-wght-normal.*\.woff2$/, /jetbrains-mono-latin-wght-normal.*\.woff2$/];

function preloadFonts(): Plugin {
  return {
    name: 'preload-fonts',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const files = Object.keys(bundle ?? {}).filter((file) => preloadedFonts.some((font) => font.test(file)));
        return files.map((file) => ({
          tag: 'link',
          attrs: { rel: 'preload', href: `/${file}`, as: 'font', type: 'font/woff2', crossorigin: '' },
          injectTo: 'head' as const,
        }));
      },
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [noScrollLock(), react(), tailwindcss(), preloadFonts()],
  build: {
    outDir: '../../../dist/public',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            {
              name: 'react',
              test: /node_modules[\\/](?:react|react-dom|scheduler|wouter|use-sync-external-store|regexparam|mitt)[\\/]/,
              priority: 30,
            },
            { name: 'contract', test: /node_modules[\\/]zod[\\/]|src[\\/]contract[\\/]/, priority: 20 },
            { name: 'query', test: /node_modules[\\/]@tanstack[\\/](?:query-core|react-query)[\\/]/, priority: 20 },
          ],
        },
      },
    },
  },
});
