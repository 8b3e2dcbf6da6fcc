import { protocols } from "../../../protocols/index.js";
import type { FormProtocol, RunForm } from "../../../dashboard/server/desk-wire.js";
import { fieldsOf, presetsOf } from "../../../dashboard/server/form-fields.js";
import type { BenchConfig } from "../../bench/index.js";
import { pulseWiring, sweepWiring } from "../../bench/paths.js";
import { kindOf } from "../../bench/wiring.js";
import type { AnyProtocol } from "../../engine/index.js";
import { MemrigError, messageOf } from "../../errors.js";
import { loadProtocolFile } from "../../protocol-files/index.js";
import { listRuns } from "../../store/index.js";

/** Devices a person may mean: enough to choose from. */
const mostDuts = 200;

/** What can be run on a bench: our protocols and the person's own, each with what of the bench would do it. */
export async function formOf(config: BenchConfig, store: string, files: readonly string[]): Promise<RunForm> {
  const own = await Promise.all(files.map((file) => ownProtocol(config, file)));
  const known = (await listRuns(store)).map(({ dut }) => dut);
  return {
    bench: config.name,
    file: config.file,
    dut: config.dut.id,
    ...(config.sites || config.prober ? { sites: Object.keys(config.sites?.at ?? {}) } : {}),
    duts: [...new Set([config.dut.id, ...known])].slice(0, mostDuts),
    protocols: [...own, ...[...protocols.values()].map((protocol) => formProtocol(config, protocol))],
  };
}

function formProtocol(config: BenchConfig, protocol: AnyProtocol, file?: string): FormProtocol {
  const { name, title, description, source } = protocol;
  return {
    ...{ name, title, description, source },
    ...(file === undefined ? {} : { file }),
    ...stationFor(config, protocol),
    fields: fieldsOf(protocol),
    presets: presetsOf(protocol),
  };
}

/** A file with a fault stands in the list with it: the person is changing it in this moment. */
async function ownProtocol(config: BenchConfig, file: string): Promise<FormProtocol> {
  try {
    return formProtocol(config, await loadProtocolFile(file), file);
  } catch (error) {
    if (!(error instanceof MemrigError)) throw error;
    const nothing = { title: "", description: "", source: "", station: "", fields: [], presets: [] };
    return { name: file, file, ...nothing, fault: messageOf(error) };
  }
}

function stationFor(config: BenchConfig, { needs }: AnyProtocol): { station: string; fault?: string } {
  try {
    if (needs === "pulse-station") {
      const { source, sourceChannel, scope, top, current } = pulseWiring(config);
      const probes = current.map(({ channel }) => `${scope}.${channel}`).join(", ");
      return { station: `${source}.${sourceChannel} drives, ${scope}.${top.channel} and ${probes} measure` };
    }
    const { label, channel } = sweepWiring(config);
    const station = `${label}, channel ${channel}`;
    if (needs !== "temperature-station") return { station };
    const stage = config.instruments.find((instrument) => kindOf(instrument) === "thermal");
    if (stage) return { station: `${station}, at temperatures of ${stage.label}` };
    return { station: "", fault: "The bench has no temperature controller." };
  } catch (error) {
    if (!(error instanceof MemrigError)) throw error;
    return { station: "", fault: messageOf(error) };
  }
}
