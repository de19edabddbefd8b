// Builds the page into ../src/desk/dist, from where the Rust build takes it. With `--tests`, the tests into ./out.
// The output is committed and depends on nothing but the sources and the pinned packages: building twice gives the same.
import { copyFile, mkdir, rm } from "node:fs/promises";
import { build } from "esbuild";

const DIST = process.env.DESK_DIST ?? "../src/desk/dist";

async function page() {
  await rm(DIST, { recursive: true, force: true });
  await mkdir(DIST, { recursive: true });
  await build({
    entryPoints: { app: "src/main.tsx" },
    outdir: DIST,
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2022", "chrome111", "firefox113", "safari16.4"],
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
    charset: "utf8",
    logLevel: "warning",
  });
  for (const file of ["index.html", "icon.svg", "manifest.webmanifest"]) await copyFile(`src/${file}`, `${DIST}/${file}`);
}

async function tests() {
  await rm("out", { recursive: true, force: true });
  await build({
    entryPoints: ["tests/*.test.ts"],
    outdir: "out",
    bundle: true,
    platform: "node",
    packages: "external",
    format: "esm",
    target: "node20",
    outExtension: { ".js": ".mjs" },
    logLevel: "warning",
  });
}

await (process.argv.includes("--tests") ? tests() : page());
