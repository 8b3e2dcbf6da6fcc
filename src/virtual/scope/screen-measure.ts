import { ScpiError } from "../scpi/index.js";
import type { InputSettings } from "./input.js";
import { type Measurement, type Screen, type Thresholds, delay_s, measure, phase_deg } from "./measure.js";
import type { Held, ScopeCore } from "./scope-core.js";
import { Statistics } from "./statistics.js";

/** Points that a measurement is made of. */
const POINTS = 20_000;

/** A measurement of one channel, or between two. */
export interface Question {
  readonly kind: Measurement | "DELAY" | "PHASE";
  readonly channel: number;
  readonly second?: number;
  /** Of a delay: which edges are meant. Rising ones unless said. */
  readonly rising?: readonly [first: boolean, second: boolean];
  /** An rms value without the mean. */
  readonly acOnly?: boolean;
  readonly thresholds?: Thresholds;
}

/**
 * A measurement over the record that the scope holds, or takes now.
 *
 * @returns undefined: it can not be measured there, or there is no record of this channel
 */
export async function measureScreen<Input extends InputSettings>(
  scope: ScopeCore<Input>,
  question: Question,
  signal: AbortSignal,
): Promise<number | undefined> {
  const held = await heldNow(scope, signal);
  return held && isShown(held, question) ? measureHeld(scope, held, question, held.records.length - 1) : undefined;
}

/** All channels that it is about were on. */
function isShown<Input extends InputSettings>(
  held: Held<Input>,
  { kind, channel, second = channel }: Question,
): boolean {
  const needed = kind === "DELAY" || kind === "PHASE" ? [channel, second] : [channel];
  return needed.every((number) => held.channels[number - 1]?.display === true);
}

async function heldNow<Input extends InputSettings>(
  scope: ScopeCore<Input>,
  signal: AbortSignal,
): Promise<Held<Input> | undefined> {
  return scope.fresh(signal).catch((error: unknown) => {
    if (error instanceof ScpiError && error.code === -230) return undefined;
    throw error;
  });
}

/**
 * The same over one of the records that are held; of averages over their mean.
 *
 * @throws ScpiError -230: there is no record of this channel
 */
export function measureHeld<Input extends InputSettings>(
  scope: ScopeCore<Input>,
  held: Held<Input>,
  question: Question,
  record: number,
): number | undefined {
  const one = screenOf(scope, held, question.channel, record);
  const { kind } = question;
  if (kind !== "DELAY" && kind !== "PHASE") return measure(kind, one, question.acOnly, question.thresholds);
  const other = screenOf(scope, held, question.second ?? question.channel, record);
  return kind === "PHASE"
    ? phase_deg(one, other, question.thresholds)
    : delay_s(one, other, question.rising, question.thresholds);
}

function screenOf<Input extends InputSettings>(
  scope: ScopeCore<Input>,
  held: Held<Input>,
  number: number,
  record: number,
): Screen {
  const { reading } = held;
  const channel = held.channels[number - 1];
  if (!channel?.display) throw new ScpiError(-230);
  const words = new Uint16Array(Math.max(100, Math.min(POINTS, reading.samples)));
  scope.wordsOf(held, number, reading.type === "AVER" ? "average" : record, words);
  const volts = Float64Array.from(words, (word) => ((word - 32_768) * channel.range_V) / 65_536 + channel.offset_V);
  return { volts, start_s: reading.from_s, step_s: reading.window_s / words.length };
}

/** A measurement that is on the screen: every record that is looked at counts once. */
export class Gathered<Input extends InputSettings> {
  readonly statistics = new Statistics();
  #seen = 0;

  constructor(
    private readonly scope: ScopeCore<Input>,
    readonly question: Question,
  ) {}

  /** Takes the records in that were not there before. Where nothing was acquired, none is. */
  async look(signal: AbortSignal): Promise<Statistics> {
    const held = await heldNow(this.scope, signal);
    for (const [index, { serial }] of (held?.records ?? []).entries()) {
      if (!held || serial <= this.#seen || (held.reading.type === "AVER" && index < held.records.length - 1)) continue;
      this.statistics.add(
        isShown(held, this.question) ? measureHeld(this.scope, held, this.question, index) : undefined,
      );
      this.#seen = serial;
    }
    return this.statistics;
  }
}
