import path from "node:path";
import type { StationName, Stations, SwitchMatrix } from "../capabilities/index.js";
import { within } from "../engine/index.js";
import type { SafeReport } from "../engine/index.js";
import { MemrigError, messageOf } from "../errors.js";
import { runFiles } from "../store/index.js";
import type { RunEvent } from "../store/shapes.js";
import type { BenchConfig } from "./config.js";
import { foundOnMessage } from "./found-on.js";
import { Gate } from "./gate.js";
import type { Guardian } from "./guardian.js";
import { entryOf } from "./instrument.js";
import type { OpenInstrument } from "./instrument.js";
import type { Lock } from "./lock.js";
import { moveProber } from "./prober.js";
import type { ProberOptions, Site } from "./prober.js";
import { inSafeOrder } from "./safe-order.js";
import { sendSafe } from "./safe-socket.js";
import type { SafeTarget } from "./safe-socket.js";
import { crosspointsOf } from "./sites.js";
import { stationOf, withLimits } from "./stations.js";
import type { AnyInstrument } from "./stations.js";
import { safeTarget } from "./targets.js";
import { Together } from "./together.js";
import type { VirtualHost } from "./virtual-host.js";

/** An open bench: instruments that answered, limits before each, a guardian behind them. */
export interface Bench {
  readonly config: BenchConfig;
  /** The bench file's content, for the run's record. */
  readonly snapshot: unknown;
  readonly instruments: readonly OpenInstrument[];
  /** What was told while it was opened. */
  readonly notices: readonly RunEvent[];
  /**
   * What a protocol works with, limits included. Once the bench is made safe it drives nothing any more; ask for it anew.
   *
   * @throws MemrigError `invalid-request`: the wiring has not what the station needs
   */
  station<N extends StationName>(name: N): Stations[N];
  /**
   * Lets time pass on a bench that is simulated throughout and keeps no real time: there an hour between two readings is over
   * at once, and is an hour to the device. Undefined on every other bench: there one waits.
   */
  readonly passTime?: (duration_s: number) => Promise<void>;
  /**
   * Connects a device: the prober moves to it and the switch closes its crosspoints, both with all outputs off.
   *
   * @throws MemrigError `invalid-request`: the bench file does not say how; nothing moved
   * @throws MemrigError `limit-refused`: an output is on; nothing moved
   * @throws MemrigError `no-answer`, `instrument-refused`: it is not known what is connected
   */
  goTo(site: Site, options?: ProberOptions): Promise<void>;
  /** Tells other processes (and the guardian) which run the bench is busy with. */
  attachRun(folder: string): void;
  /** Labels of the sources whose output is on, or that do not say. Nothing is changed. */
  outputsOn(): Promise<readonly string[]>;
  /** Every instrument to its safe state, all at the same time; one that does not answer does not delay the others. */
  makeSafe(): Promise<SafeReport[]>;
  /** Makes safe what may be on, ends the guardian, closes the instruments, gives them free. Any number of times. */
  close(): Promise<void>;
}

/** A healthy instrument turns off and says so within this. */
const safe_s = 3;

/** What an open bench is made of, and has to end. */
export interface Parts {
  readonly locks: Lock[];
  opened: OpenInstrument[];
  guardian?: Guardian;
  host?: VirtualHost;
}

export function foundOnNotice({ label, foundLevels }: OpenInstrument): { message: string; label: string } {
  return { message: foundOnMessage(label, foundLevels), label };
}

export function targetOf(config: BenchConfig, { label, resource, identity }: OpenInstrument): SafeTarget[] {
  const instrument = config.instruments.find((candidate) => candidate.label === label);
  return instrument ? [safeTarget(instrument, entryOf(instrument), resource, identity)] : [];
}

/** Ends everything that was opened. `safe`: nothing can be on, so the guardian has nothing to do. */
export async function takeDown(parts: Parts, safe: boolean): Promise<void> {
  await Promise.allSettled(parts.opened.map(({ instrument }) => instrument.close()));
  if (safe) await parts.guardian?.disarm();
  else parts.guardian?.release();
  await parts.host?.close();
  for (const lock of parts.locks) await lock.release();
}

/** A bench whose instruments have answered and whose guardian is armed. */
export class OpenBench implements Bench {
  readonly instruments: readonly OpenInstrument[];
  readonly snapshot: unknown;
  readonly passTime?: (duration_s: number) => Promise<void>;
  /** Driven since it was last known to be safe. */
  private readonly mayBeOn = new Set<string>();
  /** How often it was made safe: a station from before can not turn anything on again. */
  private epoch = 0;
  private closing: Promise<void> | undefined;
  private readonly gate = new Gate(() => this.sources);
  private readonly together: Together;
  /** Where the prober stands, as far as is known. */
  private position: string | undefined;

  constructor(
    readonly config: BenchConfig,
    private readonly parts: Parts,
    readonly notices: readonly RunEvent[],
  ) {
    this.snapshot = config.snapshot;
    const { host } = parts;
    const simulated = config.instruments.every(({ resource }) => resource === "virtual");
    if (host && simulated && config.virtual.time === "fast") this.passTime = (duration_s) => host.pass(duration_s);
    this.together = new Together(config);
    // Whoever takes an instrument from here gets it with its limits.
    this.instruments = parts.opened.map(
      (found) => ({ ...found, instrument: this.limited(found) }) as OpenInstrument, // of the same kind
    );
  }

  station<N extends StationName>(name: N): Stations[N] {
    return stationOf(name, this.config, new Map(this.parts.opened.map((found) => [found.label, this.limited(found)])));
  }

  private limited(found: OpenInstrument): AnyInstrument {
    const { epoch } = this;
    return withLimits(
      this.config,
      found,
      () => this.mayDrive(found, epoch),
      (move) => this.gate.cold(found.label, move),
      this.together,
    );
  }

  /** What drives the device: relays wait for them. */
  private get sources(): { label: string; outputIsOn(): Promise<boolean> }[] {
    return this.parts.opened.flatMap(({ kind, label, instrument }) =>
      kind === "smu" || kind === "awg" ? [{ label, outputIsOn: () => instrument.outputIsOn() }] : [],
    );
  }

  async goTo(site: Site, options: ProberOptions = {}): Promise<void> {
    const { prober } = this.config;
    const crosspoints = crosspointsOf(this.config, site);
    const position = this.config.sites ? (site.die?.name ?? site.name) : site.name;
    if (prober && this.position !== position) {
      await this.gate.cold("prober", async () => {
        this.position = undefined;
        await moveProber(prober, site, position, this.parts.host, options);
        this.position = position;
      });
    }
    if (crosspoints === undefined) return;
    const found = this.parts.opened.find(({ label }) => label === this.config.sites?.through);
    if (found?.kind !== "switch") return; // the bench file was checked: it is one
    await (this.limited(found) as SwitchMatrix).closeOnly(crosspoints);
  }

  async outputsOn(): Promise<readonly string[]> {
    const asked = this.sources.map((source) => within(source.outputIsOn(), safe_s, source.label));
    const answers = await Promise.allSettled(asked);
    return this.sources
      .filter((_, k) => !(answers[k]?.status === "fulfilled" && !answers[k].value))
      .map(({ label }) => label);
  }

  attachRun(folder: string): void {
    for (const lock of this.parts.locks) lock.setRunFolder(folder);
    this.parts.guardian?.record(path.join(folder, runFiles.events));
  }

  async makeSafe(): Promise<SafeReport[]> {
    this.epoch += 1;
    const jobs = this.parts.opened.map((found) => ({
      last: found.kind === "switch",
      run: () => this.makeOneSafe(found),
    }));
    return inSafeOrder(jobs);
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    if (this.mayBeOn.size > 0) await this.makeSafe();
    await takeDown(this.parts, this.mayBeOn.size === 0);
  }

  /** @returns to be called when the driving call is over */
  private mayDrive(found: OpenInstrument, epoch: number): () => void {
    const { label } = found;
    if (found.foundOn)
      throw new MemrigError("limit-refused", `${foundOnNotice(found).message} Nothing was sent.`, { label });
    if (epoch !== this.epoch) {
      throw new MemrigError(
        "limit-refused",
        `${label}: the bench has been made safe since this run began; it can not turn anything on again. Nothing was sent.`,
        { label },
      );
    }
    if (this.closing || !this.parts.guardian?.alive) {
      throw new MemrigError(
        "limit-refused",
        `${label}: the guardian process, which puts the outputs off when this program can not, is gone. Nothing was sent. Open the bench again.`,
        { label },
      );
    }
    const end = found.kind === "switch" ? () => undefined : this.gate.begin(label);
    this.mayBeOn.add(label);
    return end;
  }

  private async makeOneSafe(found: OpenInstrument): Promise<SafeReport> {
    const began_ms = performance.now();
    const { label, resource } = found;
    const report = (state: SafeReport["state"], note: string): SafeReport => {
      if (state === "safe") {
        this.mayBeOn.delete(label);
        this.together.freeAll(label);
      }
      return { label, resource, state, note, took_s: (performance.now() - began_ms) / 1000 };
    };
    if (found.foundOn) return report("left-as-found", "an output was on before; it was not touched");
    try {
      await within(turnOff(found), safe_s, label);
      return report("safe", found.kind === "switch" ? "all relays open" : "outputs off");
    } catch (error) {
      return this.pastItsSession(found, messageOf(error), report);
    }
  }

  /** The session may be stuck in a command; the instrument may well listen on a new connection. */
  private async pastItsSession(
    found: OpenInstrument,
    why: string,
    report: (state: SafeReport["state"], note: string) => SafeReport,
  ): Promise<SafeReport> {
    const [target] = targetOf(this.config, found);
    const outcome = target && (await sendSafe(target, safe_s));
    if (outcome?.safe) return report("safe", `outputs off over a new connection (${why})`);
    return report(
      "unknown",
      `${why} ${outcome?.note ?? ""} Turn it off at the front panel before you touch the sample.`,
    );
  }
}

/** @throws MemrigError it did not take it, or says that an output is still on */
async function turnOff({ label, instrument }: OpenInstrument): Promise<void> {
  await instrument.makeSafe();
  if (!(await instrument.outputIsOn())) return;
  throw new MemrigError("bad-reply", `${label} was told to turn its outputs off and says that one is on.`, { label });
}
