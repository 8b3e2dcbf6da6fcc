/** What is forced and what is measured, in the words of SCPI. */
export interface ScpiWords {
  readonly source: "VOLT" | "CURR";
  readonly sense: "CURR" | "VOLT";
}

export function scpiWords(drive: "voltage" | "current"): ScpiWords {
  return drive === "voltage" ? { source: "VOLT", sense: "CURR" } : { source: "CURR", sense: "VOLT" };
}
