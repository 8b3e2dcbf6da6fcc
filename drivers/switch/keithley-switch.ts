import type { Identity, SwitchMatrix, SwitchRanges } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { describeErrors, ScpiClient, tspErrors } from "../../src/scpi/index.js";
import type { Session } from "../../src/visa/index.js";
import { SCPI_RAW_PORT } from "../entry.js";
import type { DriverEntry, SafeState } from "../entry.js";
import { identify } from "../support/identity.js";
import { offAfter, turnOff } from "../support/outputs.js";
import { channelsOf, mainframeOf } from "./keithley-switch-cards.js";

const identifies = /keithley instruments inc\.,\s*model (70[78]B|3706A?)\b/i;

/** 0 with all relays open. */
const ALL_OPEN = 'waitcomplete() print(channel.getclose("allslots")==nil and 0 or 1)';

const relays: SafeState = {
  halt: ["scan.abort()"],
  ramps: [],
  off: ['channel.open("allslots")'],
  isOn: [ALL_OPEN],
};

export const keithleySwitch = {
  name: "keithley-switch",
  kind: "switch",
  title: "Keithley 707B and 708B matrices, 3706A switch mainframe",
  identifies,
  safe: relays,
  errors: tspErrors,
  defaultPort: SCPI_RAW_PORT,
  deadSocketPort: 5030,
  open: (session, label) => KeithleySwitch.open(session, label),
} satisfies DriverEntry;

/**
 * Keithley 707B, 708B and 3706A: closes exactly what is asked for, break before make, and reads back what is closed.
 *
 * Its channels are those of the cards it finds when it connects: matrices that say their size, and the multiplexers 3720 to
 * 3724. Backplane relays of the 3706A are opened with everything else, and never closed. Connecting moves nothing.
 *
 * @see Keithley 707B-901-01, channel functions; Series 3700A reference manual
 */
export class KeithleySwitch implements SwitchMatrix {
  private constructor(
    private readonly tsp: ScpiClient,
    readonly label: string,
    readonly identity: Identity,
    readonly ranges: SwitchRanges,
  ) {}

  /** @throws MemrigError `bad-reply`: another instrument */
  static async open(session: Session, label: string): Promise<KeithleySwitch> {
    const tsp = new ScpiClient(session, label, tspErrors);
    const identity = await identify(tsp, identifies, "Keithley 707B, 708B and 3706A");
    const mainframe = mainframeOf(identity.model);
    if (!mainframe)
      throw new MemrigError("bad-reply", `${label} is a model ${identity.model}, which is not known.`, {});
    await tsp.errors();
    const numbers = Array.from({ length: mainframe.slots }, (_, index) => index + 1);
    const cards = (await tsp.query(`print(${numbers.map((slot) => `slot[${slot}].idn`).join(",")})`)).split("\t");
    const channels = numbers.flatMap((slot) => channelsOf(identity.model, slot, cards[slot - 1] ?? ""));
    return new KeithleySwitch(tsp, label, identity, { channels, settle_s: mainframe.settle_s });
  }

  async closed(): Promise<readonly string[]> {
    return listOf(await this.tsp.query('print(channel.getclose("allslots"))'));
  }

  async closeOnly(channels: readonly string[]): Promise<void> {
    const unknown = channels.find((name) => !this.ranges.channels.includes(name));
    if (unknown !== undefined) {
      const { channels: known } = this.ranges;
      const has = known.length === 0 ? "no channels" : `${known.length} channels, ${known[0]} to ${known.at(-1)}`;
      throw new MemrigError(
        "invalid-request",
        `${this.label}: channel "${unknown}" was asked for; this switch has ${has}. Nothing was moved.`,
        { channel: unknown },
      );
    }
    const list = [...new Set(channels)].join(",");
    // An empty list is no list to exclusiveclose on every firmware.
    const move = list === "" ? 'channel.open("allslots")' : `channel.exclusiveclose("${list}")`;
    const rule = "channel.connectrule=channel.BREAK_BEFORE_MAKE";
    try {
      const question = `${rule} ${move} waitcomplete() print(errorqueue.count,channel.getclose("allslots"))`;
      const [errors = "", closed = ""] = (await this.tsp.query(question)).split("\t");
      await this.#check(Number(errors), listOf(closed), channels);
    } catch (error) {
      await offAfter(error, () => this.openAll());
      throw error;
    }
  }

  async openAll(): Promise<void> {
    await turnOff(this.tsp, relays);
  }

  async makeSafe(): Promise<void> {
    await this.openAll();
  }

  /** It has none. */
  async outputIsOn(): Promise<boolean> {
    return false;
  }

  async close(): Promise<void> {
    await this.tsp.session.close();
  }

  /** @throws MemrigError `instrument-refused`: an error is queued, or something else is closed */
  async #check(errors: number, closed: readonly string[], asked: readonly string[]): Promise<void> {
    const queued = errors === 0 ? [] : await this.tsp.errors();
    const same = closed.length === new Set(asked).size && closed.every((name) => asked.includes(name));
    if (queued.length === 0 && same) return;
    const why = queued.length > 0 ? `it queued ${describeErrors(queued)}` : "";
    const what = `${shown(closed)} was closed where ${shown(asked)} was asked for`;
    throw new MemrigError(
      "instrument-refused",
      `${this.label}: ${[what, why].filter((text) => text !== "").join("; ")}. All relays were opened. ` +
        `Is a channel forbidden, or a card not what it was?`,
      { asked, closed, errors: queued },
    );
  }
}

function shown(names: readonly string[]): string {
  return names.length === 0 ? "nothing" : names.join(", ");
}

/** `1A01;1B02`; `nil` for none. */
function listOf(reply: string): string[] {
  const text = reply.trim();
  return text === "nil" || text === "" ? [] : text.split(/[;,]/).map((name) => name.trim());
}
