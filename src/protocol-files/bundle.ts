import path from "node:path";
import { fileURLToPath } from "node:url";
import type { BuildFailure, Message, Plugin, StdinOptions } from "esbuild";
import { MemrigError } from "../errors.js";
import { siblingModule } from "./sibling.js";

/** What stays an import in a bundle, and where it is: the program's own, so that there is one of each. */
const ours: Readonly<Record<string, () => string>> = {
  memrig: () => siblingModule(import.meta.url, "memrig"),
  zod: () => siblingModule(import.meta.url, "zod"),
};

/**
 * A protocol file and all it imports as one module, in which only `memrig`, `zod` and Node's own modules are still imported.
 *
 * @param file absolute
 * @throws MemrigError `invalid-request`: it can not be read or parsed, or imports what is not there; each with file and line
 */
export async function bundleOf(file: string): Promise<string> {
  return build(
    { entryPoints: [file] },
    {
      name: "memrig-stays",
      setup(builder) {
        builder.onResolve({ filter: /^(memrig|zod)$/ }, ({ path: name }) => ({ path: name, external: true }));
      },
    },
  );
}

/** The bundle with the program's own modules named by their place, so that it can be imported from anywhere. */
export async function runnable(bundle: string, file: string): Promise<string> {
  const stdin = {
    contents: bundle,
    resolveDir: path.dirname(file),
    sourcefile: path.basename(file),
    loader: "js" as const,
  };
  return build(
    { stdin },
    {
      name: "memrig-is-here",
      setup(builder) {
        builder.onResolve({ filter: /^(memrig|zod)$/ }, ({ path: name }) => ({
          path: ours[name]?.() ?? name,
          external: true,
        }));
      },
    },
  );
}

async function build(input: { entryPoints: string[] } | { stdin: StdinOptions }, plugin: Plugin): Promise<string> {
  const esbuild = await import("esbuild");
  try {
    const { outputFiles } = await esbuild.build({
      ...input,
      bundle: true,
      write: false,
      format: "esm",
      platform: "node",
      target: "node20",
      sourcemap: "inline",
      logLevel: "silent",
      outdir: path.dirname(fileURLToPath(import.meta.url)),
      tsconfigRaw: {}, // somebody's tsconfig.json nearby changes nothing
      plugins: [plugin],
    });
    return outputFiles?.[0]?.text ?? "";
  } catch (error) {
    const messages = (error as Partial<BuildFailure>).errors;
    if (messages === undefined) throw error;
    throw new MemrigError(
      "invalid-request",
      `${messages.map(sentenceOf).join("\n")}\nNothing was opened or sent.`,
      {},
      error,
    );
  }
}

function sentenceOf({ text, location }: Message): string {
  if (location === null) return text;
  const file = path.relative(process.cwd(), path.resolve(location.file));
  const missing = /^Could not resolve "(.*)"/.exec(text)?.[1];
  const said =
    missing === undefined
      ? `it can not be read as TypeScript: ${text}`
      : `"${missing}" is imported, and is not there. Give a path to a file, or install the package beside this file`;
  return `${file}:${location.line}:${location.column + 1}: ${said}.\n    ${location.lineText.trim()}`;
}
