import type { LiveState } from "../server/wire.js";
import { byId, setText } from "./dom.js";
import { standingOf, statusText } from "./status.js";
import { count, duration } from "./text.js";

const name = byId("run-name", HTMLAnchorElement);
const rowsText = byId("run-rows", HTMLElement);
const leftText = byId("run-left", HTMLElement);
const bar = byId("bar", HTMLProgressElement);
const badge = byId("badge", HTMLElement);

/** The badge and the line below the header: what runs, how far it is, how long it will take. */
export function showProgress(state: LiveState, connected: boolean): void {
  const { run } = state;
  const standing = run === null ? undefined : standingOf(run);
  badge.className = `badge ${connected ? (standing ?? "idle") : "lost"}`;
  const now = standing === undefined ? "idle" : statusText(standing);
  setText(badge, connected ? now : "not connected");
  document.title = run === null ? "memrig" : `${now} · ${run.dut} · memrig`;
  if (run === null) {
    setText(name, "No run yet");
    return;
  }
  name.href = `#/run/${encodeURIComponent(run.run)}`;
  setText(name, `${run.protocol} · ${run.dut}`);
  const share = run.expectedRows > 0 ? Math.min(1, run.rows / run.expectedRows) : 0;
  const of = run.expectedRows > 0 ? ` of ${count(run.expectedRows)} rows · ${Math.floor(share * 100)} %` : " rows";
  setText(rowsText, `${count(run.rows)}${of}`);
  bar.hidden = run.expectedRows === 0;
  if (bar.value !== share) bar.value = share;
  setText(leftText, run.status === "running" ? timing(state) : ended(state));
}

function timing({ activity, elapsed_s, rate_per_s, left_s }: LiveState): string {
  if (activity === "paused") return `paused${left_s === null ? "" : ` · ${duration(left_s)} left once it goes on`}`;
  const rate = rate_per_s > 0 ? `${count(rate_per_s)} rows/s · ` : "";
  const left = left_s === null ? "" : ` · ${duration(left_s)} left`;
  return `${rate}${duration(elapsed_s)} gone${left}`;
}

function ended({ elapsed_s, reason }: LiveState): string {
  return `took ${duration(elapsed_s)}${reason === undefined ? "" : ` · ${reason}`}`;
}
