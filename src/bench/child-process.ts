import path from "node:path";
import { fileURLToPath } from "node:url";

/** A program file beside this one: `.ts` where the source runs as it is, `.js` in a build. */
export function siblingProgram(name: string): string {
  return fileURLToPath(new URL(`./${name}${path.extname(fileURLToPath(import.meta.url))}`, import.meta.url));
}

/** Node's own options for a child: what loads TypeScript passes on, what belongs to this process only does not. */
export function inheritedOptions(): string[] {
  const kept: string[] = [];
  const options = process.execArgv;
  for (let k = 0; k < options.length; k += 1) {
    const option = options[k] ?? "";
    if (/^(--import|--require|-r|--loader|--experimental-loader)$/.test(option))
      kept.push(option, options[(k += 1)] ?? "");
    else if (/^(--import|--require|--loader|--experimental-loader|--enable-source-maps)(=|$)/.test(option))
      kept.push(option);
  }
  return kept;
}
