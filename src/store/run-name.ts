import { randomBytes } from "node:crypto";

/** `20260131T120000Z_iv-sweep_W3-D17_k3f9a2`: sorts by time, and is a file name on every system. */
export function runName(startedAt: string, protocol: string, dut: string): string {
  const time = startedAt.replace(/[-:]|\.\d+/g, "");
  const shortId = Array.from(randomBytes(6), (byte) => "0123456789abcdefghjkmnpqrstvwxyz"[byte & 31]).join("");
  return [time, fileNamePart(protocol), fileNamePart(dut), shortId].join("_");
}

function fileNamePart(text: string): string {
  const safe = text.replace(/[^A-Za-z0-9.-]+/g, "-").slice(0, 40);
  return safe === "" ? "-" : safe;
}
