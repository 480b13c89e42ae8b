/** Builds the kit gallery, for looking at components only; it is not part of the product. */
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { noScrollLock } from '../../src/apps/web/no-scroll-lock.ts';

export default defineConfig({
  root: import.meta.dirname,
  publicDir: '../../src/apps/web/public',
  plugins: [noScrollLock(), react(), tailwindcss()],
  build: { emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false },
});
