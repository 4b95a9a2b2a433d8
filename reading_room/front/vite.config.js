import { defineConfig } from "vite";

// One classic script and one style sheet of fixed names: a page that is opened from disk can load no module, and what is
// shipped is compared with what these sources build.
export default defineConfig({
  publicDir: "public",
  build: {
    outDir: "../built",
    emptyOutDir: true,
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    modulePreload: false,
    cssCodeSplit: false,
    license: { fileName: "licences.md" },
    rolldownOptions: {
      input: "src/app.tsx",
      output: { format: "iife", entryFileNames: "app.js", assetFileNames: "app.[ext]" },
    },
  },
});
