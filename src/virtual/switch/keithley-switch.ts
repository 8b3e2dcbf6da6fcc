import { MemrigError } from "../../errors.js";
import { createRandom } from "../../simulator/random.js";
import { nr3 } from "../scpi/index.js";
import { TspInstrument } from "../tsp/instrument.js";
import { choiceAttribute, numberAttribute, numberWithin, TspObject } from "../tsp/objects.js";
import { TspError } from "../tsp/errors.js";
import type { LuaFunction, LuaValue } from "../tsp/values.js";
import type { InstrumentContext, VirtualInstrument } from "../virtual-instrument.js";
import { switchModels } from "./cards.js";
import { installMainframe } from "./mainframe.js";
import { Relays } from "./relays.js";
import { scanObject } from "./scan.js";

/**
 * A virtual Keithley 707B, 708B or 3706A.
 *
 * Departures: its relays carry what the plan's sites say, all crosspoints of a site or nothing of it. No multimeter in the 3706A, no digital lines, no
 * interlock that opens. Numbers of the errors of a bad channel list are of our own.
 *
 * @see 707B-901-01; Series 3700A reference manual, channel functions
 */
export function createKeithleySwitch({ plan, lab, seed, onClosed }: InstrumentContext): VirtualInstrument {
  const asked = plan.model ?? "707B";
  const model = switchModels.get(asked.replace(/^MODEL\s*/i, ""));
  if (!model) {
    throw new MemrigError(
      "invalid-request",
      `${plan.label}: model "${asked}" was asked for; the virtual switch can be ${[...switchModels.keys()].join(", ")}. ` +
        `Write one of these, or leave the model out for a 707B.`,
      { model: asked, known: [...switchModels.keys()] },
    );
  }
  const serial = String(1_200_000 + Math.floor(createRandom(seed, `serial:${plan.label}`).uniform() * 9e4));
  const separator = model.title.includes(", Model") ? ", " : ",";
  const tsp = new TspInstrument([model.title, serial, model.firmware].join(separator), lab);
  const relays = new Relays(model, onClosed);
  /** Relays have moved: what waits for completion waits until they have settled. */
  const settle = (times = 1) => {
    const settled = tsp.operations.begin();
    lab.schedule(lab.now_s + times * model.settle_s, settled);
  };
  const slots = Array.from({ length: model.slots }, (_, index) => {
    const card = model.cards[index];
    const interlock = new TspObject(`slot[${index + 1}].interlock`, { state: 1 });
    const path = `slot[${index + 1}]`;
    const matrix = (name: "rows" | "columns") =>
      new TspObject(`${path}.${name}`, card?.matrix ? { matrix: card.matrix[name] } : {});
    return new TspObject(path, {
      idn: card?.idn ?? "Empty Slot",
      interlock,
      rows: matrix("rows"),
      columns: matrix("columns"),
    });
  });
  const scan = scanObject(tsp, relays, model.settle_s);
  tsp.onReset = () => {
    scan.reset();
    relays.open(relays.channels);
    relays.forbidden.clear();
    relays.patterns.clear();
    relays.delays_s.clear();
    relays.backplanes.clear();
  };
  tsp.lua.setGlobal("slot", slots);
  tsp.lua.setGlobal("channel", channelObject(relays, settle));
  tsp.lua.setGlobal("scan", scan.object);
  installMainframe(tsp.lua, relays, settle, () => tsp.reset());
  const node = new TspObject("localnode", {
    model: model.name,
    serialno: serial,
    revision: model.firmware,
    prompts: choiceAttribute(tsp.chat, "prompts", [0, 1]),
    showerrors: choiceAttribute(tsp.chat, "showerrors", [0, 1]),
    reset: () => tsp.reset(),
  });
  tsp.lua.setGlobal("localnode", node);
  return { device: tsp, socketPort: 5025, deadSocketPort: 5030 };
}

/** A list of channels as a script gives it. @throws TspError -104, -109: not text */
function textOf(value: LuaValue): string {
  if (typeof value === "string") return value;
  throw new TspError(value === undefined ? -109 : -104);
}

/** `channel`: what is asked and told of relays. */
function channelObject(relays: Relays, settle: (times?: number) => void): TspObject {
  const settings = { connectrule: 1, connectsequential: 0 };
  const listed = (names: readonly string[], separator = ";") => [
    names.length === 0 ? undefined : names.join(separator),
  ];
  const only = (scope: (names: readonly string[]) => readonly string[]): LuaFunction => {
    return (list) => {
      const names = relays.named(textOf(list));
      relays.checkAllowed(names);
      relays.open(scope(names).filter((name) => !names.includes(name)));
      relays.close(names);
      settle(2); // break before make
    };
  };
  const functions: Record<string, LuaFunction> = {
    close: (list) => {
      relays.close(relays.named(textOf(list)));
      settle();
    },
    open: (list) => {
      relays.open(relays.named(textOf(list)));
      settle();
    },
    exclusiveclose: only(() => relays.channels),
    exclusiveslotclose: only((names) => {
      const slots = new Set(names.map((name) => name.charAt(0)));
      return relays.channels.filter((name) => slots.has(name.charAt(0)));
    }),
    getclose: (list) => listed(relays.closedOf(relays.named(textOf(list)))),
    getstate: (list) => {
      const names = relays.named(textOf(list));
      const closed = new Set(relays.closedOf(names));
      return listed(
        names.map((name) => (closed.has(name) ? "1" : "0")),
        ",",
      );
    },
    getcount: (list) =>
      listed(
        relays.named(textOf(list)).map((name) => String(relays.counts.get(name) ?? 0)),
        ",",
      ),
    setdelay: (list, time) => {
      const time_s = numberWithin(time, { min: 0, max: 60 });
      for (const name of relays.named(textOf(list))) relays.delays_s.set(name, time_s);
    },
    getdelay: (list) =>
      listed(
        relays.named(textOf(list)).map((name) => nr3(relays.delays_s.get(name) ?? 0, 5).toLowerCase()),
        ",",
      ),
    setbackplane: (list, planes) => {
      const wanted = textOf(planes);
      if (!/^(\d9\d\d(,|$))*$/.test(wanted)) throw new TspError(-224);
      for (const name of relays.named(textOf(list))) relays.backplanes.set(name, wanted);
    },
    getbackplane: (list) => listed(relays.named(textOf(list)).map((name) => relays.backplanes.get(name) ?? "")),
    setforbidden: (list) => {
      for (const name of relays.named(textOf(list))) relays.forbidden.add(name);
    },
    clearforbidden: (list) => {
      for (const name of relays.named(textOf(list))) relays.forbidden.delete(name);
    },
    getforbidden: (list) => listed(relays.named(textOf(list)).filter((name) => relays.forbidden.has(name))),
    reset: (list) => {
      relays.open(relays.named(textOf(list)));
      settle();
    },
  };
  const pattern = new TspObject("channel.pattern", {
    setimage: (list, name) => void relays.patterns.set(textOf(name), relays.named(textOf(list))),
    getimage: (name) => listed(relays.patterns.get(textOf(name)) ?? [], ","),
    delete: (name) => void relays.patterns.delete(textOf(name)),
    snapshot: (name) => void relays.patterns.set(textOf(name), relays.closedOf(relays.channels)),
  });
  return new TspObject("channel", {
    ...functions,
    pattern,
    connectrule: choiceAttribute(settings, "connectrule", [0, 1, 2]),
    connectsequential: numberAttribute(settings, "connectsequential", { min: 0, max: 1 }),
    OFF: 0,
    BREAK_BEFORE_MAKE: 1,
    MAKE_BEFORE_BREAK: 2,
  });
}
