import { defineConfig } from "vite";

// One entry for each island; each page loads its own bundle and nothing else.
export default defineConfig({
  base: "/static/",
  publicDir: false,
  build: {
    outDir: "../kg/web/static",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    sourcemap: false,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      input: {
        explorer: "src/explorer/main.tsx",
        sparql: "src/sparql/main.ts",
      },
    },
  },
});
