import type { Random } from "../../simulator/random.js";
import { ScpiError } from "../scpi/index.js";
import { ArbMemory, type ArbWave, levelAt, playArb } from "./arb-memory.js";
import { type Swing, direct, edgeOf, noise, prbs, pulse, ramp, sine } from "./functions.js";
import type { AwgModel } from "./models.js";
import { Kept } from "./modulation/kept.js";
import { modulatedShape } from "./modulation/played.js";
import { type Outlet, Player } from "./player.js";
import { type Shape, repeated } from "./shape.js";
import { type ChannelSettings, resetSettings } from "./settings.js";

/** Corners of the longest burst that the internal trigger repeats one by one. */
const longestRepeat = 1e6;

/** One output of the generator: what it is set to, its waveform memory, and what it plays. */
export class AwgChannel {
  settings: ChannelSettings = resetSettings();
  readonly memory: ArbMemory;
  /** Settings of modulation and sweep, and of what leads nowhere. */
  readonly kept = new Kept();
  #mode: string | undefined;
  readonly #player: Player;
  /** Ends the operation of the burst under way. */
  #endBurst: (() => void) | undefined;
  /** Of a waveform that triggers advance: the sample that is put out. */
  #sample = 0;
  #refreshed: () => void = () => undefined;

  /**
   * @param outlet the terminal in the lab
   * @param begin marks the start of an overlapped operation; gives the function that ends it
   * @param random the draws of noise
   */
  constructor(
    readonly model: AwgModel,
    outlet: Outlet,
    private readonly begin: () => () => void,
    private readonly random: Random,
  ) {
    this.memory = new ArbMemory(model.memory_Sa);
    this.#player = new Player(outlet);
  }

  /** A burst is being played that a trigger has started. */
  get bursting(): boolean {
    return this.#endBurst !== undefined;
  }

  /** To the settings of `*RST`: output off. The waveform memory is kept. */
  reset(): void {
    this.settings = resetSettings();
    this.kept.reset();
    this.#mode = undefined;
    this.#player.connected = false;
    this.refresh();
  }

  /** The modulation or sweep that is on, by its name among the kept settings: one at a time, and none beside a burst. */
  get mode(): string | undefined {
    return this.#mode;
  }

  /** Turns a modulation or sweep on, and burst and any other off; undefined: all off but the burst. */
  enter(mode: string | undefined): void {
    if (mode !== undefined) this.settings.burst.on = false;
    this.#mode = mode;
  }

  /** Takes over all that another channel is set to, but for its output relay and its waveforms. */
  copyFrom(other: AwgChannel): void {
    const { output } = this.settings;
    this.settings = { ...structuredClone(other.settings), output };
    this.kept.copyFrom(other.kept);
    this.#mode = other.mode;
    this.refresh();
  }

  /** Turns the burst on or off; modulation and sweep go off when it goes on. */
  setBurst(on: boolean): void {
    if (on) this.#mode = undefined;
    this.settings.burst.on = on;
  }

  /** Has `action` called after settings were put into effect. */
  onRefresh(action: () => void): void {
    this.#refreshed = action;
  }

  /** What of the settings could not be put out, as a part of a sentence; undefined: all of it can. */
  get unplayed(): string | undefined {
    const shape = this.#mode === undefined ? undefined : modulatedShape(this);
    return typeof shape === "string" ? shape : this.kept.unplayed;
  }

  /**
   * Opens or closes the output relay. A burst under way goes on.
   *
   * @throws ScpiError -241: what is set is not simulated; the output stays off
   */
  setOutput(on: boolean): void {
    if (on === this.settings.output) return;
    const missing = on ? this.unplayed : undefined;
    if (missing !== undefined) throw new ScpiError(-241, `${missing} is not simulated, the output stays off`);
    this.settings.output = on;
    if (!this.bursting) this.refresh();
    this.#player.connected = on;
  }

  /**
   * Puts the settings into effect: a burst under way ends, a free-running waveform begins anew.
   *
   * @throws ScpiError -241: what is set is not simulated; it is kept, and the output is off now
   */
  refresh(): void {
    const missing = this.settings.output ? this.unplayed : undefined;
    if (missing !== undefined) {
      this.settings.output = false;
      this.#player.connected = false;
    }
    this.#play();
    this.#refreshed();
    if (missing !== undefined) throw new ScpiError(-241, `${missing} is not simulated, the output was turned off`);
  }

  #play(): void {
    this.#finish();
    if (!this.settings.output) {
      this.#player.halt();
      if (!this.settings.burst.on) return;
    }
    const { burst, trigger } = this.settings;
    const stepped = this.#stepped();
    this.#sample = 0;
    if (stepped) {
      this.#player.rest(this.#levelOf(stepped));
      return;
    }
    const modulated = this.#mode === undefined ? undefined : modulatedShape(this);
    const shape = typeof modulated === "object" ? modulated : this.shape();
    if (!burst.on) this.#player.run(shape);
    else if (burst.mode === "GAT") this.#gate(shape);
    else if (trigger.source === "IMM") this.#repeat(shape, burst.period_s);
    else if (trigger.source === "TIM") this.#repeat(shape, trigger.timer_s);
    else this.#player.rest(shape.idle_V);
  }

  /** Starts one burst, or goes on by one sample of a waveform that triggers advance. @returns false where none is set up or one is still being played: the trigger is ignored */
  trigger(): boolean {
    const { burst, trigger } = this.settings;
    const stepped = this.#stepped();
    if (stepped) {
      this.#sample = (this.#sample + 1) % stepped.samples;
      this.#player.rest(this.#levelOf(stepped));
      return true;
    }
    if (!burst.on || burst.mode === "GAT" || this.bursting) return false;
    this.#endBurst = this.begin();
    this.#player.burst({ shape: this.shape(), cycles: burst.cycles, delay_s: trigger.delay_s }, () => this.#finish());
    return true;
  }

  /** Stops a burst; the output rests at its idle level. */
  abort(): void {
    if (this.bursting) this.refresh();
  }

  /** To be called when somebody begins or ceases to watch the circuit. */
  watchedChanged(): void {
    this.#player.watchedChanged();
  }

  /** Length of one period of what is selected. */
  get period_s(): number {
    return this.shape().period_s;
  }

  /** The selected function, in volts at the open output. */
  shape(): Shape {
    const k = this.settings;
    const period_s = 1 / k.frequency_Hz;
    const swing: Swing = {
      amplitude_Vpp: k.amplitude_Vpp,
      offset_V: k.offset_V,
      sign: k.polarity === "INV" ? -1 : 1,
    };
    const phase = (k.burst.on ? k.burst.phase_deg : k.phase_deg) / 360;
    const edge_s = edgeOf(this.model.edgeMin_s);
    switch (k.fn) {
      case "SIN":
        return sine(period_s, swing, phase);
      case "SQU":
        return pulse(period_s, swing, phase, { width_s: k.squareDuty * period_s, lead_s: edge_s, trail_s: edge_s });
      case "RAMP":
      case "TRI":
        return ramp(period_s, swing, phase, k.fn === "TRI" ? 0.5 : k.rampSymmetry, edge_s);
      case "PULS": {
        const { width_s, lead_s, trail_s } = k.pulse;
        const delayed = phase - (this.kept.number("pulseDelay_s") ?? 0) / period_s;
        return pulse(period_s, swing, delayed, { width_s, lead_s: edgeOf(lead_s), trail_s: edgeOf(trail_s) });
      }
      case "PRBS":
        return prbs(k.prbs.rate_bit_per_s, k.prbs.length, swing, edgeOf(k.prbs.edge_s));
      case "NOIS":
        return noise(k.noiseBand_Hz, swing, () => this.random.normal());
      case "DC":
        return direct(swing);
      case "ARB": {
        const wave = this.memory.get(k.arb.name);
        if (!wave) return direct(swing);
        return playArb(wave, k.arb.rate_Sa_per_s, swing, k.arb.filter, edge_s);
      }
    }
  }

  /** The waveform that goes on by one sample for each trigger; undefined: the sample clock drives it. */
  #stepped(): ArbWave | undefined {
    const { fn, arb, burst } = this.settings;
    return fn === "ARB" && arb.advance === "TRIG" && !burst.on ? this.memory.get(arb.name) : undefined;
  }

  #levelOf(wave: ArbWave): number {
    const { amplitude_Vpp, offset_V, polarity } = this.settings;
    return offset_V + ((polarity === "INV" ? -1 : 1) * levelAt(wave, this.#sample) * amplitude_Vpp) / 2;
  }

  #finish(): void {
    this.#endBurst?.();
    this.#endBurst = undefined;
  }

  /** No gate signal is wired: an open gate lets the waveform run, a closed one holds its start. */
  #gate(shape: Shape): void {
    if (this.settings.burst.gatePolarity === "INV") this.#player.run(shape);
    else this.#player.rest(shape.idle_V);
  }

  /** Internal trigger: the same burst again and again. One too long to be written out runs without a gap. */
  #repeat(shape: Shape, every_s: number): void {
    const { cycles } = this.settings.burst;
    const endless = cycles * shape.size > longestRepeat;
    this.#player.run(endless ? shape : repeated(shape, cycles, this.settings.trigger.delay_s, every_s));
  }
}
