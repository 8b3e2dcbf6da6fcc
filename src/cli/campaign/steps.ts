import { protocols } from "../../../protocols/index.js";
import { unknownName, type Complaints } from "../../bench/index.js";
import type { CampaignStep, Variant } from "../../engine/campaign/plan.js";
import type { AnyProtocol } from "../../engine/index.js";
import { messageOf } from "../../errors.js";
import { planFrom } from "../settings.js";
import type { CampaignFile } from "./schema.js";

type StepFile = CampaignFile["steps"][number];
type Scalar = string | number | boolean;
type Settings = Readonly<Record<string, Scalar>>;

/** More runs of one step at one site are a mistyped grid. */
const mostVariants = 10_000;

/** The steps with every point of their grids, each checked by its protocol. */
export function readSteps(written: readonly StepFile[], repetitions: number, complaints: Complaints): CampaignStep[] {
  const names = new Set<string>();
  return written.flatMap((step, index) => {
    const at = ["steps", index];
    const protocol = protocols.get(step.protocol);
    if (!protocol) {
      complaints.add([...at, "protocol"], unknownName("a protocol", step.protocol, [...protocols.keys()]));
      return [];
    }
    const name = step.name ?? step.protocol;
    if (names.has(name))
      complaints.add(at, `Two steps are called "${name}". Write name: with another name for one of them.`);
    names.add(name);
    const settings = { ...presetOf(protocol, step, at, complaints), ...step.settings };
    const points = gridOf(step, at, complaints);
    const variants = points.flatMap((point) => variantOf(protocol, settings, point, at, complaints));
    return [{ name, protocol, variants, repetitions: step.repetitions ?? repetitions }];
  });
}

function presetOf(
  protocol: AnyProtocol,
  { preset }: StepFile,
  at: readonly PropertyKey[],
  complaints: Complaints,
): Settings {
  if (preset === undefined) return {};
  const presets = protocol.presets ?? {};
  const found = presets[preset];
  if (found) return found.settings;
  complaints.add([...at, "preset"], unknownName(`a preset of ${protocol.name}`, preset, Object.keys(presets)));
  return {};
}

/** Every point of the grid, times what goes together. */
function gridOf(
  { grid = {}, together = {} }: StepFile,
  at: readonly PropertyKey[],
  complaints: Complaints,
): Settings[] {
  const lengths = new Set(Object.values(together).map((values) => values.length));
  if (lengths.size > 1) {
    complaints.add(
      [...at, "together"],
      `Values that go together are lists of one length; here are ${[...lengths].join(" and ")}.`,
    );
    return [];
  }
  const both = Object.keys(grid).find((key) => key in together);
  if (both !== undefined) complaints.add([...at, "together", both], `"${both}" stands under grid: as well. Keep one.`);
  const [length = 1] = lengths;
  const total = Object.values(grid).reduce((product, values) => product * values.length, length);
  if (total > mostVariants) {
    complaints.add([...at, "grid"], `The grid has ${total} points; at most ${mostVariants} are taken.`);
    return [];
  }
  const zipped: Settings[] = Array.from({ length }, (_, k) =>
    Object.fromEntries(Object.entries(together).map(([key, values]) => [key, values[k] ?? ""])),
  );
  return Object.entries(grid).reduce<Settings[]>(
    (points, [key, values]) => points.flatMap((point) => values.map((value) => ({ ...point, [key]: value }))),
    zipped,
  );
}

function variantOf(
  protocol: AnyProtocol,
  settings: Settings,
  point: Settings,
  at: readonly PropertyKey[],
  complaints: Complaints,
): Variant[] {
  const grid = Object.fromEntries(Object.entries(point).map(([key, value]) => [key, String(value)]));
  const label = Object.entries(grid)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");
  try {
    return [{ label, grid, plan: planFrom(protocol, { ...settings, ...point }) }];
  } catch (error) {
    complaints.add(at, label === "" ? messageOf(error) : `With ${label}: ${messageOf(error)}`);
    return [];
  }
}
