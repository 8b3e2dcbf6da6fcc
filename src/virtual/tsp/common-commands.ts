import type { TspInstrument } from "./instrument.js";

type CommonCommand = (
  instrument: TspInstrument,
  argument: number,
  signal: AbortSignal,
) => string | Promise<string> | void;

/** The commands of IEEE 488.2, the only ones beside Lua. @see 2600BS-901-01 Rev B, Common commands */
const commands: ReadonlyMap<string, CommonCommand> = new Map<string, CommonCommand>([
  ["*IDN?", ({ identity }) => identity],
  ["*TST?", () => "0"],
  ["*OPC?", (instrument, _, signal) => instrument.operations.idle(signal).then(() => "1")],
  ["*OPC", (instrument) => instrument.noteComplete()],
  ["*WAI", (instrument, _, signal) => instrument.operations.idle(signal).then(() => "")],
  ["*ESR?", ({ status }) => String(status.takeEsr())],
  ["*ESE?", ({ status }) => String(status.ese)],
  ["*SRE?", ({ status }) => String(status.sre)],
  ["*STB?", (instrument) => String(instrument.statusByte())],
  ["*ESE", ({ status }, bits) => void (status.ese = bits)],
  ["*SRE", ({ status }, bits) => void (status.sre = bits)],
  ["*RST", (instrument) => instrument.reset()],
  ["*TRG", (instrument) => instrument.trigger()],
  [
    "*CLS",
    ({ status, errors }) => {
      status.clear();
      errors.clear();
    },
  ],
]);

/** True for a message of common commands, joined by semicolons. */
export function isCommon(text: string): boolean {
  return partsOf(text).every(({ name }) => commands.has(name));
}

/** @throws DeviceClear the signal came while one of them waited */
export async function runCommon(instrument: TspInstrument, text: string, signal: AbortSignal): Promise<void> {
  for (const { name, argument } of partsOf(text)) {
    const outcome = commands.get(name)?.(instrument, argument, signal);
    const reply = typeof outcome === "object" ? await outcome : outcome;
    if (typeof reply === "string" && name.endsWith("?")) instrument.output(Buffer.from(`${reply}\n`));
  }
}

function partsOf(text: string): { readonly name: string; readonly argument: number }[] {
  const parts = text.split(";").filter((part) => part.trim() !== "");
  return parts.map((part) => {
    const [name = "", argument = ""] = part.trim().split(/\s+/);
    return { name: name.toUpperCase(), argument: Number(argument) };
  });
}
