import type { Block } from "./trigger-model.js";

/**
 * The blocks as `:TRIG:BLOC:LIST?` gives them, one a line, with line feeds between: a controller that reads to the line
 * feed has to read once for each block.
 *
 * @see 2450-901-01 Rev E, :TRIGger:BLOCk:LIST?; the words of blocks that it does not show are of our own
 */
export function listBlocks(blocks: readonly Block[]): string {
  if (blocks.length === 0) return "Empty";
  return blocks.map((block, index) => `${index + 1}) ${lineOf(block)}`).join("\n");
}

function lineOf(block: Block): string {
  switch (block.kind) {
    case "recall":
      return `CONFIG_RECALL SOURCE_LIST: ${block.list} INDEX: ${block.index}`;
    case "next":
      return `CONFIG_NEXT SOURCE_LIST: ${block.list}`;
    case "output":
      return `SOURCE_OUTPUT OUTPUT: ${block.on ? "ON" : "OFF"}`;
    case "delay":
      return `DELAY_CONSTANT DELAY: ${block.duration_s.toFixed(9)}`;
    case "measure":
      return `MEASURE BUFFER: ${block.buffer} COUNT: ${block.count}`;
    case "clear":
      return `BUFFER_CLEAR BUFFER: ${block.buffer}`;
    case "counter":
      return `BRANCH_COUNTER VALUE: ${block.passes} BRANCH_BLOCK: ${block.target}`;
    case "always":
      return `BRANCH_ALWAYS BRANCH_BLOCK: ${block.target}`;
    case "duration":
      return `BRANCH_DURATION DURATION: ${block.limit_s.toFixed(9)} BRANCH_BLOCK: ${block.target}`;
    case "wait":
      return `WAIT EVENT: ${block.event}`;
    case "notify":
      return `NOTIFY NOTIFY: ${block.number}`;
    default:
      return "NO_OP";
  }
}
