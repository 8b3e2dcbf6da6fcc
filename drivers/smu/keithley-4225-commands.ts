import { sci } from "../../src/units.js";
import { TICK_S } from "./keithley-4225-plan.js";
import type { Recording, Sequence, SourceRange } from "./keithley-4225-plan.js";

/** Values in one `:PMU:SARB:SEQ:` message; more are added by further ones. */
const VALUES_IN_MESSAGE = 128;
/** The only sequence that is used. */
const SEQUENCE = 1;
/** Of `:PMU:SARB:SEQ:MEAS:TYPE`: nothing, and every sample of every loop. */
const NOT_MEASURED = 0;
const WAVEFORM = 2;
/** Of `:PMU:MEASURE:RANGE`. */
const FIXED = 2;
/** What `:PMU:LOAD` is told: the levels are open-circuit ones. */
const LOAD_OHM = 1e6;

/** What a pulse channel is called where cards are named: two channels a card. */
export function rpmName(channel: number): string {
  return `PMU${Math.ceil(channel / 2)}-${2 - (channel % 2)}`;
}

/** What a Remote Preamplifier/Switch Module passes on to its terminals. */
export const rpmTo = { pulses: 0, smu: 2 } as const;
export function routeMessage(channel: number, to: keyof typeof rpmTo): string {
  return `:PMU:RPM:CONFIGURE ${rpmName(channel)},${rpmTo[to]}`;
}

/** What goes before a sequence. `INIT` comes first: it takes away the sequences and data of both channels. */
export function setUpMessages(
  channel: number,
  { rpm, range_V, current_A }: { readonly rpm: boolean; readonly range_V: SourceRange; readonly current_A: number },
): string[] {
  return [
    ":PMU:INIT 1",
    ...(rpm ? [routeMessage(channel, "pulses")] : []),
    `:PMU:SOURCE:RANGE ${channel},${range_V}`,
    `:PMU:MEASURE:RANGE ${channel},${FIXED},${sci(current_A)}`,
    `:PMU:LOAD ${channel},${sci(LOAD_OHM)}`,
  ];
}

/** A sequence that is played so many times. A piece that is not measured must have a window of nothing, else it is error -823. */
export function sequenceMessages(
  channel: number,
  sequence: Sequence,
  loops: number,
  recording?: Pick<Recording, "measured" | "step_s">,
): string[] {
  const { lines } = sequence;
  const measured = lines.map((_, k) => recording?.measured[k] ?? 0);
  const seconds = (ticks: number) => sci(Number((ticks * TICK_S).toPrecision(9)));
  const volts = (level_V: number) => sci(Number(level_V.toPrecision(6)) + 0);
  return [
    ...(recording ? [`:PMU:SAMPLE:RATE ${sci(Number((1 / recording.step_s).toPrecision(9)))}`] : []),
    ...arrayMessages(
      "TIME",
      channel,
      lines.map(({ ticks }) => seconds(ticks)),
    ),
    ...arrayMessages(
      "STARTV",
      channel,
      lines.map(({ start_V }) => volts(start_V)),
    ),
    ...arrayMessages(
      "STOPV",
      channel,
      lines.map(({ stop_V }) => volts(stop_V)),
    ),
    ...arrayMessages(
      "MEAS:TYPE",
      channel,
      measured.map((ticks) => String(ticks === 0 ? NOT_MEASURED : WAVEFORM)),
    ),
    ...arrayMessages(
      "MEAS:START",
      channel,
      measured.map(() => "0"),
    ),
    ...arrayMessages(
      "MEAS:STOP",
      channel,
      measured.map((ticks) => (ticks === 0 ? "0" : seconds(ticks))),
    ),
    `:PMU:SARB:WFM:SEQ:LIST ${channel},${SEQUENCE},${loops}`,
  ];
}

function arrayMessages(name: string, channel: number, values: readonly string[]): string[] {
  const messages: string[] = [];
  for (let from = 0; from < values.length; from += VALUES_IN_MESSAGE) {
    const part = values.slice(from, from + VALUES_IN_MESSAGE).join(",");
    messages.push(`:PMU:SARB:SEQ:${name}${from === 0 ? "" : ":ADD"} ${channel},${SEQUENCE},${part}`);
  }
  return messages;
}
