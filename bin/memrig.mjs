#!/usr/bin/env node
import { existsSync } from "node:fs";
import module from "node:module";

// From Node 22.1 on the compiled code is kept between two starts; an older one compiles it each time, as ever.
module.enableCompileCache?.();
const main = new URL("../dist/program/main.js", import.meta.url);
if (!existsSync(main)) await import("../scripts/ensure.mjs");
await import(main.href);
