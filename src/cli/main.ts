import { main } from "./program.js";

// The exit code is set, not forced: what is still being written to a pipe gets there.
process.exitCode = await main(process.argv);
