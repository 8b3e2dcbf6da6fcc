import { captureScopeSuite } from "./capture-scope.suite.js";
import { anySource, station } from "./pulse-bench.js";
import type { Member } from "./pulse-bench.js";

/** By themselves: every setting is asked back. Both languages, bytes and words, over two kinds of link. */
const scopes: readonly Member[] = [
  ["siglent-sds", "SDS1104X-E", "socket"],
  ["siglent-sds", "SDS2104X Plus", "vxi11"],
  ["siglent-sds", "SDS824X HD", "socket"],
];

for (const scope of scopes) captureScopeSuite(`virtual ${scope.join(" ")}`, () => station(anySource, scope));
