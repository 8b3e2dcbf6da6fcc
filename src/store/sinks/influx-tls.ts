import { readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";
import { MemrigError, messageOf } from "../../errors.js";

/** What a server's certificate may be signed with: the public authorities and those in the file. */
export function certificatesIn(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new MemrigError(
      "invalid-request",
      `influx: the certificate file ${file} could not be read: ${messageOf(error)}. Name a file in PEM format, or leave ca out.`,
      { file },
      error,
    );
  }
  if (!text.includes("-----BEGIN CERTIFICATE-----")) {
    throw new MemrigError(
      "invalid-request",
      `influx: ${file} holds no certificate in PEM format (a line "-----BEGIN CERTIFICATE-----").`,
      { file },
    );
  }
  return [...rootCertificates, text];
}
