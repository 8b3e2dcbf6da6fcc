import { writeFile } from "node:fs/promises";
import { MemrigError, messageOf } from "../errors.js";

/** @throws MemrigError `invalid-request`: the file can not be written; says which and why */
export async function writeAsked(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new MemrigError(
      "invalid-request",
      `${file} can not be written: ${messageOf(error)}. Name a file in a folder that exists and may be written to.`,
      { file },
      error,
    );
  }
}
