import { nr3 } from "../../scpi/index.js";
import type { Lab } from "../../lab.js";
import type { Reading } from "../reading-buffer.js";
import { KxciFault } from "./arguments.js";
import type { Channel } from "./models.js";
import type { Forced, TestSetup } from "./test-setup.js";

const LIMITED = 0x20;

/** What one SMU does in a test: a level for each point of VAR1 and of VAR2. */
interface Part extends Forced {
  readonly channel: Channel;
  readonly vName: string;
  readonly iName: string;
  readonly measured: boolean;
  readonly level: (point: number, step: number) => number;
}

/** One test of the system mode, and what it has measured: every output it uses goes on at its start and off at its end. */
export class TestRun {
  /** By name: values as `DO` gives them. */
  readonly columns = new Map<string, string[]>();
  private parts: Part[] = [];
  private points = 0;
  private steps = 0;
  private began_s = 0;
  private cancel: (() => void) | undefined;
  private readonly over = new Set<() => void>();

  constructor(
    private readonly lab: Lab,
    private readonly channels: ReadonlyMap<number, Channel>,
    private readonly setup: TestSetup,
    private readonly ended: () => void,
  ) {}

  get running(): boolean {
    return this.parts.length > 0;
  }

  /** @throws KxciFault nothing is swept, or a channel has no level; no output is on then */
  start(append: boolean): void {
    const { lists, channels, var1, var2 } = this.setup;
    const swept = [...channels].find(([, { role }]) => role === 1)?.[0];
    const levels = (swept === undefined ? undefined : lists.get(swept)?.levels) ?? var1?.levels;
    if (swept === undefined || !levels) throw new KxciFault("No channel sweeps");
    const parts = [...channels.keys()].map((number) => this.part(number, levels));
    this.points = levels.length;
    this.steps = var2 && parts.some(({ channel }) => channels.get(channel.number)?.role === 2) ? var2.levels.length : 1;
    if (!append) this.columns.clear();
    for (const part of parts) {
      this.prepare(part, levels);
      for (const name of [part.vName, part.iName, `CH${part.channel.number}T`]) {
        if (part.measured && !this.columns.has(name)) this.columns.set(name, []);
      }
    }
    this.parts = parts;
    this.began_s = this.lab.now_s;
    this.put(0);
    for (const { channel } of parts) channel.smu.outputOn();
    this.after(this.setup.hold_s + this.setup.delay_s, () => this.measure(0, 0));
  }

  /** Where time takes none: waits for the end of the test, so long as it is worth it. */
  async inNoTime(longest_ms: number, signal: AbortSignal): Promise<void> {
    if (!this.running || this.lab.time === "real" || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        this.over.delete(end);
        resolve();
      };
      const timer = setTimeout(end, longest_ms);
      signal.addEventListener("abort", end);
      this.over.add(end);
    });
  }

  /** The outputs go off where they are. */
  stop(): void {
    if (!this.running) return;
    this.cancel?.();
    this.cancel = undefined;
    for (const { channel } of this.parts) {
      channel.smu.abandon();
      channel.smu.outputOff();
    }
    this.parts = [];
    this.ended();
    for (const end of this.over) end();
  }

  private part(number: number, swept: readonly number[]): Part {
    const { channels, lists, constants, var1, var2, ratios, offsets, names } = this.setup;
    const channel = this.channels.get(number);
    const definition = channels.get(number);
    if (!channel || !definition) throw new KxciFault(`SMU${number} is not there`);
    const { vName, iName, mode, role } = definition;
    const drive = mode === 2 ? "CURR" : "VOLT";
    const common = { channel, vName, iName, measured: names.includes(vName) || names.includes(iName) };
    const fits = (forced: Forced | undefined): Forced => {
      if (forced?.drive === drive) return forced;
      throw new KxciFault(`SMU${number} has no level`);
    };
    const list = lists.get(number);
    if (mode === 3) return { ...common, drive, compliance: 0.1, level: () => 0 };
    if (list && role !== 2) return { ...common, ...fits(list), level: (point) => list.levels[point] ?? 0 };
    if (role === 1) return { ...common, ...fits(var1), level: (point) => swept[point] ?? 0 };
    if (role === 2) return { ...common, ...fits(var2), level: (_, step) => var2?.levels[step] ?? 0 };
    if (role === 4) {
      const [ratio, offset] = [ratios.get(number) ?? 1, offsets.get(number) ?? 0];
      return { ...common, ...fits(var1), level: (point) => ratio * (swept[point] ?? 0) + offset };
    }
    const constant = constants.get(number);
    return { ...common, ...fits(constant), level: () => constant?.level ?? 0 };
  }

  private prepare({ channel: { smu, number }, drive, compliance, level }: Part, swept: readonly number[]): void {
    const { settings, model } = smu;
    const source = settings.source[drive];
    smu.outputOff();
    settings.sourceFunction = drive;
    settings.senseFunction = drive === "VOLT" ? "CURR" : "VOLT";
    source.range = swept.reduce((most, _, point) => Math.max(most, Math.abs(level(point, 0))), 1e-15);
    source.limit = drive === "VOLT" ? Math.max(compliance, model.leastLimit_A) : compliance;
    source.delayAuto = false;
    source.delay_s = 0;
    source.readBack = true;
    settings.sense.VOLT.autozero = settings.sense.CURR.autozero = false;
    settings.sense.CURR.lowerRange = this.setup.lowestRange_A.get(number) ?? model.current[0]?.full ?? 0;
  }

  private put(index: number): void {
    const [point, step] = [index % this.points, Math.floor(index / this.points)];
    for (const { channel, drive, level } of this.parts) {
      channel.smu.setLevel(drive, level(point, step));
    }
  }

  private after(delay_s: number, action: () => void): void {
    this.cancel = this.lab.schedule(this.lab.now_s + delay_s, action);
  }

  private measure(index: number, k: number): void {
    const part = this.parts[k];
    if (!part) {
      this.next(index + 1);
      return;
    }
    if (!part.measured) {
      this.measure(index, k + 1);
      return;
    }
    part.channel.smu.measure((reading) => {
      this.keep(part, reading);
      this.measure(index, k + 1);
    });
  }

  private next(index: number): void {
    if (index === this.points * this.steps) {
      this.stop();
      return;
    }
    this.put(index);
    this.after(this.setup.delay_s, () => this.measure(index, 0));
  }

  private keep(part: Part, { source, value, at_s, sourceStatus }: Reading): void {
    const other = this.parts.some((one) => one !== part && one.channel.smu.limitTripped);
    const status = (sourceStatus & LIMITED) !== 0 ? "C" : other ? "T" : "N";
    const [voltage_V, current_A] = part.drive === "VOLT" ? [source, value] : [value, source];
    const decimals = this.setup.digits - 1;
    const put = (name: string, letter: string, text: number) => {
      this.columns.get(name)?.push(`${letter}${nr3(text, decimals, true)}`);
    };
    put(part.vName, Math.abs(voltage_V) > 1e37 ? "V" : status, voltage_V);
    put(part.iName, Math.abs(current_A) > 1e37 ? "V" : status, current_A);
    put(`CH${part.channel.number}T`, "", at_s - this.began_s);
  }
}
