import type { FieldFault, Order } from "../../../dashboard/server/desk-wire.js";
import { drivenUnit } from "../../../dashboard/server/driven-unit.js";
import { declaredIn } from "../../../dashboard/server/parameters.js";
import { atSite, checkConnected, headroomOf, siteNamed, type BenchConfig } from "../../bench/index.js";
import type { AnyProtocol, ChannelExtremes } from "../../engine/index.js";
import { MemrigError, messageOf } from "../../errors.js";
import { si } from "../../units.js";
import { keyValues, numbersRead, planFrom } from "../settings.js";

/** An order that can be run, its limits apart. */
export interface ReadOrder {
  /** The bench with the device of the order. */
  readonly config: BenchConfig;
  readonly plan: object;
  readonly settings: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * Reads an order as `memrig run` reads its arguments; a setting left empty is as declared.
 *
 * @param bench what it is to be done on
 * @throws MemrigError `invalid-request`: every field that is wrong in `details.faults`; nothing was opened or sent
 */
export function readOrder(bench: BenchConfig, protocol: AnyProtocol, order: Order): ReadOrder {
  const settings = Object.fromEntries(Object.entries(order.settings).filter(([, text]) => text.trim() !== ""));
  const faults = [...settingFaults(protocol, settings)];
  if (order.dut?.trim() === "") faults.push({ field: "dut", message: "a device has a name." });
  let config = order.dut === undefined ? bench : { ...bench, dut: { ...bench.dut, id: order.dut.trim() } };
  try {
    const site = order.site?.trim() ? siteNamed(bench, order.site.trim()) : undefined;
    checkConnected(bench, site);
    if (site) config = atSite(bench, site, order.dut?.trim());
  } catch (error) {
    if (!(error instanceof MemrigError)) throw error;
    faults.push({ field: "site", message: error.message });
  }
  let tags: Record<string, string> = {};
  try {
    tags = order.tags?.trim() ? keyValues([order.tags], "tags") : {};
  } catch (error) {
    faults.push({ field: "tags", message: messageOf(error) });
  }
  if (faults.length > 0) throw faulty(protocol, faults);
  return { config, plan: planFrom(protocol, numbersRead(settings)), settings, tags };
}

function faulty(protocol: AnyProtocol, faults: readonly FieldFault[]): MemrigError {
  const told = faults.map(({ field, message }) => `${field}: ${message}`);
  return new MemrigError("invalid-request", `${protocol.name}: ${told.join(" ")} Nothing was opened or sent.`, {
    faults,
  });
}

/**
 * What is wrong with each setting. A declaration says no to the first thing that it can not read and does not look at how the others fit
 * together: what was refused is left out and the rest looked at again, until it says nothing new.
 */
function settingFaults(protocol: AnyProtocol, settings: Readonly<Record<string, string>>): FieldFault[] {
  const faults = new Map<string, FieldFault>();
  let left = { ...settings };
  for (let round = 0; round <= Object.keys(settings).length; round += 1) {
    const parsed = protocol.parameters.safeParse(numbersRead(left));
    if (parsed.success) break;
    const found = parsed.error.issues.map((issue): FieldFault => {
      const unknown = issue.code === "unrecognized_keys" ? issue.keys[0] : undefined;
      const field = unknown ?? String(issue.path[0] ?? "");
      return { field, message: unknown === undefined ? issue.message : `there is no such parameter.` };
    });
    // Behind the first round only what was written counts: a default may not fit to what was left out.
    const fresh = found.filter(({ field }) => !faults.has(field) && (round === 0 || field in left));
    for (const fault of fresh) faults.set(fault.field, fault);
    const kept = Object.entries(left).filter(([name]) => !faults.has(name));
    if (fresh.length === 0 || kept.length === Object.keys(left).length) break;
    left = Object.fromEntries(kept);
  }
  return [...faults.values()];
}

/** The fields that ask for more than the bench allows: by themselves, or as one of several channels that pass a limit together. */
export function limitFaults(config: BenchConfig, protocol: AnyProtocol, plan: object): FieldFault[] {
  const passed = headroomOf(config, protocol, plan).filter(({ headroom = 0 }) => headroom < -1e-9);
  const fields = magnitudesOf(protocol, plan);
  return passed.flatMap((limit) => {
    const { unit: of, allowed = Infinity, where = "the bench file" } = limit;
    const alone = fields.filter(({ unit, most }) => unit === of && most > allowed * (1 + 1e-9));
    return alone.length === 0
      ? sharesOf(limit, fields, protocol.extremes(plan).channels ?? [])
      : alone.map(({ field, most }) => {
          const message = `${si(most, of)} is more than the ${si(allowed, of)} that the bench allows (${where}).`;
          return { field, message };
        });
  });
}

/** Each field with the largest number in it, in the unit that it drives. */
function magnitudesOf(protocol: AnyProtocol, plan: object): { field: string; unit: string; most: number }[] {
  const values = plan as Readonly<Record<string, unknown>>;
  return Object.entries(declaredIn(protocol)).map(([field, { unit }]) => {
    const given = values[field];
    const numbers: readonly unknown[] = Array.isArray(given) ? given : [given];
    const most = Math.max(...numbers.map((number) => (typeof number === "number" ? Math.abs(number) : 0)));
    return { field, unit: drivenUnit(typeof unit === "string" ? unit : "", values["drive"]), most };
  });
}

/** Where no field passes a limit by itself: what each field brings to it, and through which of the channels. */
function sharesOf(
  { limit, unit, asked = NaN, allowed = Infinity, where = "the bench file" }: ReturnType<typeof headroomOf>[number],
  fields: ReturnType<typeof magnitudesOf>,
  channels: readonly ChannelExtremes[],
): FieldFault[] {
  if (channels.length < 2) return [];
  return channels.flatMap(({ channel, low_V, high_V, current_A = 0 }) => {
    const brings = { V: Math.max(-low_V, high_V), A: current_A };
    return fields.flatMap(({ field, unit: own, most }) => {
      if (own !== "V" && own !== "A") return [];
      const is = most > 0 && Math.abs(most - brings[own]) <= 1e-9 * most;
      const counts = unit === own || (unit !== "V" && unit !== "A"); // power, slew and energy come of both
      if (!is || !counts) return [];
      const message =
        `with its ${si(most, own)} channel ${channel} is one of ${channels.length} that bring ${si(asked, unit)} to the device together: ` +
        `more than the ${limit} of ${si(allowed, unit)} that the bench allows (${where}).`;
      return [{ field, message }];
    });
  });
}
