export { Replay } from "./replay.js";
export type { ReplayOptions } from "./replay.js";
export { replayLinks, serveReplay } from "./serve.js";
export type { ReplayLink, ReplayServer, ServedReplay } from "./serve.js";
