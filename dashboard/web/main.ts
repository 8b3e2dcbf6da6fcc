import "./style.css";
import type { LiveState } from "../server/wire.js";
import { Controls } from "./controls.js";
import { byId, setText } from "./dom.js";
import { LiveView } from "./live-view.js";
import { showProgress } from "./progress-view.js";
import { RunListView } from "./run-list.js";
import { RunView } from "./run-view.js";
import { listen } from "./server.js";

const main = byId("main", HTMLElement);
const lost = byId("lost", HTMLElement);
const live = new LiveView();
const runs = new RunListView();
const controls = new Controls();

let connected = false;
let state: LiveState = { run: null, activity: "running", elapsed_s: 0, rate_per_s: 0, left_s: null };
let page: RunView | undefined;

/** `#/` is the run as it goes, `#/run/NAME` one run's page. */
function route(): void {
  const run = /^#\/run\/(.+)$/.exec(location.hash)?.[1];
  const name = run === undefined ? "" : decodeURIComponent(run);
  runs.choose(name);
  if (page?.run === name) return;
  page?.remove();
  page = name === "" ? undefined : new RunView(name);
  main.replaceChildren(page?.element ?? live.element);
  scrollTo(0, 0);
}

function takeState(next: LiveState): void {
  const before = state.run;
  state = next;
  showProgress(state, connected);
  controls.setRunning(state.run?.status === "running" ? state.run.run : "", state.activity);
  if (state.run !== null) {
    live.follow(state.run.run);
    runs.update(state.run);
  }
  if (state.run?.run === before?.run && state.run?.status === before?.status) return;
  runs.soon();
  if (page !== undefined && page.run === state.run?.run) void page.load(); // it ended: metrics are there now
}

listen({
  hello({ bench, dut, canSafe }) {
    setText(byId("bench", HTMLElement), bench ?? "");
    setText(byId("dut", HTMLElement), dut ?? "");
    byId("safe", HTMLButtonElement).title = canSafe
      ? "Abort what runs and turn every output of the bench off"
      : "Started without a bench file: this aborts what runs. For the outputs: memrig safe --bench FILE";
  },
  state: takeState,
  frame: (frame) => live.frame(frame),
  log: (line) => live.event(line),
  runs: () => runs.soon(),
  connection(alive) {
    if (alive && !connected) runs.soon();
    connected = alive;
    lost.hidden = alive;
    if (!alive)
      setText(
        lost,
        "The connection to memrig is lost. What is shown may be old; the buttons do nothing until it is back. A run goes on by itself.",
      );
    showProgress(state, connected);
  },
});

addEventListener("hashchange", route);
route();
