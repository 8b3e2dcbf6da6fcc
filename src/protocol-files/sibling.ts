import { extname } from "node:path";

/** A module beside the one that asks: `.ts` where the source runs as it is, `.js` in a build. */
export function siblingModule(asking: string, name: string): string {
  return new URL(`./${name}${extname(new URL(asking).pathname)}`, asking).href;
}
