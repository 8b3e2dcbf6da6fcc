import { KxciFault, nameOf, numberAt, wholeAt, withinAt } from "./arguments.js";
import type { KxciDevice } from "./device.js";
import { MOST_A, MOST_V } from "./models.js";
import { logarithmic, staircase } from "./test-setup.js";
import type { Forced } from "./test-setup.js";

const MOST_POINTS = 4096;
const perDecade = [10, 25, 50];

/** The pages DE, SS and SM: they say what the next test does, and touch no output. */
export function systemCommands(device: KxciDevice): void {
  const { setup } = device;
  device.on("CH", ["DE"], (given) => {
    const { number } = device.channel(given, 0);
    if (given.length === 1) {
      setup.channels.delete(number);
      return;
    }
    const [vName, iName] = [nameOf(given[1]), nameOf(given[2])];
    setup.channels.set(number, { vName, iName, mode: wholeAt(given, 3, 1, 3), role: wholeAt(given, 4, 1, 4) });
  });
  for (const [letter, drive] of [
    ["V", "VOLT"],
    ["I", "CURR"],
  ] as const) {
    device.on(`${letter}R`, ["SS"], (given) => {
      const form = wholeAt(given, 0, 1, 4);
      const [start, stop] = [levelAt(given, 1, drive), levelAt(given, 2, drive)];
      if (form === 1) {
        const step = numberAt(given, 3);
        if (step === 0) throw new KxciFault("A step of 0");
        setup.var1 = { ...forced(given, 4, drive), levels: limited(staircase(start, stop, step)) };
      } else {
        if (!(start * stop > 0)) throw new KxciFault("A logarithmic sweep through 0");
        const levels = limited(logarithmic(start, stop, perDecade[form - 2] ?? 10));
        setup.var1 = { ...forced(given, 3, drive, 0.1), levels };
      }
    });
    device.on(`${letter}L`, ["SS"], (given) => {
      const { number } = device.channel(given, 0);
      const levels = limited(given.slice(3).map((_, k) => levelAt(given, 3 + k, drive)));
      setup.lists.set(number, { ...forced(given, 2, drive), master: wholeAt(given, 1, 0, 1) === 1, levels });
    });
    device.on(`${letter}P`, ["SS"], (given) => {
      const small = (value: number) => (drive === "VOLT" && Math.abs(value) < 1e-3 ? 0 : value);
      const [start, step] = [small(levelAt(given, 0, drive)), small(numberAt(given, 1))];
      const levels = Array.from({ length: wholeAt(given, 2, 1, 128) }, (_, k) => start + k * step);
      setup.var2 = { ...forced(given, 3, drive), levels };
    });
    device.on(`${letter}C`, ["SS"], (given) => {
      const { number } = device.channel(given, 0);
      setup.constants.set(number, { ...forced(given, 2, drive), level: levelAt(given, 1, drive) });
    });
  }
  device.on("RT", ["SS"], (given) => void setup.ratios.set(device.channel(given, 1).number, numberAt(given, 0)));
  device.on("FS", ["SS"], (given) => void setup.offsets.set(device.channel(given, 1).number, numberAt(given, 0)));
  device.on("HT", ["SS"], (given) => void (setup.hold_s = withinAt(given, 0, 0, 655.3)));
  device.on("DT", ["SS"], (given) => void (setup.delay_s = withinAt(given, 0, 0, 6.5535)));
  device.on("RS", ["SS"], (given) => void (setup.digits = wholeAt(given, 0, 3, 7)));
  device.on("RG", ["SS"], (given) => {
    setup.lowestRange_A.set(device.channel(given, 0).number, withinAt(given, 1, 1e-12, 1));
  });
  device.on("IT", ["SS", "US"], (given) => {
    const form = wholeAt(given, 0, 1, 4);
    const nplc = form === 4 ? withinAt(given, 3, 0.01, 10) : ([0.1, 1, 10][form - 1] ?? 1);
    for (const { smu } of device.channels.values()) {
      smu.settings.sense.VOLT.nplc = smu.settings.sense.CURR.nplc = nplc;
    }
  });
  device.on("DM", ["SM"], (given) => void wholeAt(given, 0, 1, 2));
  device.on("LI", ["SM"], (given) => void (setup.names = given.map(nameOf)));
  for (const axis of ["XN", "YA", "YB"]) {
    device.on(axis, ["SM"], (given) => void (setup.names = [...setup.names, nameOf(given[0])]));
  }
}

function levelAt(given: readonly string[], at: number, drive: Forced["drive"]): number {
  const most = drive === "VOLT" ? MOST_V : MOST_A;
  return withinAt(given, at, -most, most);
}

function forced(given: readonly string[], at: number, drive: Forced["drive"], otherwise?: number): Forced {
  const compliance = Math.abs(numberAt(given, at, otherwise));
  const most = drive === "VOLT" ? MOST_A : MOST_V;
  if (compliance > 0 && compliance <= most) return { drive, compliance };
  throw new KxciFault(`A compliance of ${compliance} is not there`);
}

function limited(levels: number[]): number[] {
  if (levels.length >= 1 && levels.length <= MOST_POINTS) return levels;
  throw new KxciFault(`A sweep of ${levels.length} points; 1 to ${MOST_POINTS} are there`);
}
