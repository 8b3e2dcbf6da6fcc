import { isDeepStrictEqual } from "node:util";
import { atSite, benchOfRun, loadBench, siteOfTags, type BenchConfig } from "../bench/index.js";
import type { AnyProtocol } from "../engine/index.js";
import { MemrigError } from "../errors.js";
import { resumableMark, type RunReader } from "../store/index.js";
import type { RunInfo, TableSpec } from "../store/shapes.js";
import type { Measurement } from "./measure.js";
import { planFrom } from "./settings.js";
import { protocolOfRun } from "../protocol-files/index.js";

/** Far from the seeds people count through, and from that of a twin: each sitting draws other cycles of the same device. */
const sittingOffset = 15_485_863;

/**
 * What is needed to go on with a run that ended early: the same protocol, parameters and device.
 *
 * @param benchFile in place of the one that the run keeps: other instruments, the same device
 * @throws MemrigError `invalid-request`: the run can not be gone on with, or it would become another experiment. Nothing was opened or changed
 */
export async function continuation(
  { folder, info }: RunReader,
  store: string,
  benchFile: string | undefined,
): Promise<{ request: Omit<Measurement, "signal">; completed: number; gap_s: number }> {
  const mark = await resumableMark(folder, info);
  const protocol = await protocolOfRun({ folder, info });
  const plan = planFrom(protocol, info.parameters);
  checkSame(info, protocol, plan);
  const kept = await benchOfRun(info, store);
  const given = benchFile === undefined ? kept : { ...(await loadBench(benchFile)), store: kept.store };
  const site = siteOfTags(given, info.tags);
  const config = benchFile === undefined || !site ? given : atSite(given, site);
  checkSameDevice(info, kept, config);
  return {
    request: {
      ...{ config: anew(config, info.sittings?.length ?? 1), protocol, plan, resume: folder },
      ...(site ? { site } : {}),
    },
    completed: mark.completed,
    gap_s: Math.max(0, (Date.now() - Date.parse(mark.at)) / 1000),
  };
}

function refused(info: RunInfo, why: string): MemrigError {
  return new MemrigError(
    "invalid-request",
    `${info.run} can not be gone on with: ${why} Nothing was opened or changed. "memrig rerun ${info.run}" makes a run of its own.`,
    { run: info.run },
  );
}

/** This version would do what the version did that began the run. */
function checkSame(info: RunInfo, protocol: AnyProtocol, plan: object): void {
  if (!isDeepStrictEqual({ ...plan }, { ...info.parameters })) {
    throw refused(info, `this version of ${protocol.name} reads its parameters in another way.`);
  }
  const shape = (tables: readonly TableSpec[]) =>
    tables.map(({ name, columns }) => [name, columns.map((column) => [column.name, column.type, column.unit])]);
  if (!isDeepStrictEqual(shape(protocol.tables), shape(info.tables))) {
    throw refused(info, `this version of ${protocol.name} has other tables.`);
  }
}

function checkSameDevice(info: RunInfo, kept: BenchConfig, { file, dut }: BenchConfig): void {
  if (dut.id !== info.dut) throw refused(info, `its device is ${info.dut}, that of ${file} is ${dut.id}.`);
  const same =
    dut.model === kept.dut.model &&
    dut.seed === kept.dut.seed &&
    isDeepStrictEqual({ ...dut.parameters }, { ...kept.dut.parameters });
  if (!same) throw refused(info, `its device is simulated by another model, seed or parameters in ${file}.`);
}

/** A simulated device that began its sequence of cycles anew would show the same ones twice. */
function anew(config: BenchConfig, sittings: number): BenchConfig {
  const { dut } = config;
  if (dut.model === undefined) return config;
  return { ...config, dut: { ...dut, cycleSeed: (dut.cycleSeed ?? dut.seed ?? 0) + sittings * sittingOffset } };
}
