/** What a status line shows. */
export interface ProgressState {
  readonly done: number;
  /** 0: not known. */
  readonly expected: number;
  /** Seconds; undefined: not known yet. */
  readonly left_s?: number;
}

/** "1 min 05 s", "12 s". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const parts = [Math.floor(whole / 86_400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60, whole % 60];
  const [days = 0, hours = 0, minutes = 0, rest = 0] = parts;
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${String(minutes).padStart(2, "0")} min`;
  return `${minutes} min ${String(rest).padStart(2, "0")} s`;
}

/** One line that is drawn over itself on a terminal; where stderr is no terminal, a plain line every ten seconds. */
export class StatusLine {
  private lastPlain_ms = performance.now();
  private drawn = false;

  constructor(
    private readonly title: string,
    private readonly stream: NodeJS.WriteStream = process.stderr,
    /** What is counted. */
    private readonly what = "rows",
  ) {}

  update(state: ProgressState): void {
    const share = state.expected > 0 ? Math.min(1, state.done / state.expected) : undefined;
    const count = state.expected > 0 ? `${state.done}/${state.expected}` : String(state.done);
    const left = state.left_s === undefined ? "" : `  ${duration(state.left_s)} left`;
    if (this.stream.isTTY) {
      const width = 24;
      const bar = share === undefined ? "" : `▕${"█".repeat(Math.round(share * width)).padEnd(width, "░")}▏ `;
      this.stream.write(
        `\r\x1b[2K${this.title}  ${bar}${count} ${this.what}${left}`.slice(0, (this.stream.columns ?? 80) + 5),
      );
      this.drawn = true;
    } else if (performance.now() - this.lastPlain_ms > 10_000) {
      this.lastPlain_ms = performance.now();
      this.stream.write(`${this.title}: ${count} ${this.what}${left}\n`);
    }
  }

  /** Leaves `text` in place of the line. */
  end(text: string): void {
    if (this.drawn) this.stream.write("\r\x1b[2K");
    this.stream.write(`${text}\n`);
    this.drawn = false;
  }
}
