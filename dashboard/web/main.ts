import "./style.css";
import type { LiveState } from "../server/wire.js";
import { Controls } from "./controls.js";
import { byId, setText } from "./dom.js";
import { RunFormView } from "./form/run-form.js";
import { LiveView } from "./live-view.js";
import { showProgress } from "./progress-view.js";
import { QuestionView } from "./question-view.js";
import { QueuePage } from "./queue/queue-view.js";
import { RunListView } from "./run-list.js";
import { RunView } from "./run-view.js";
import { listen } from "./server.js";

const main = byId("main", HTMLElement);
const lost = byId("lost", HTMLElement);
const waiting = byId("queue-count", HTMLElement);
const live = new LiveView();
const runs = new RunListView();
const controls = new Controls();
const question = new QuestionView();
const form = new RunFormView();
const queue = new QueuePage();

let connected = false;
let state: LiveState = { run: null, activity: "running", elapsed_s: 0, rate_per_s: 0, left_s: null };
let page: RunView | undefined;

function address(): { place: string; of: string } {
  const [, place = "", of = ""] = /^#\/(run|new|queue)(?:\/(.+))?$/.exec(location.hash) ?? [];
  return { place, of: decodeURIComponent(of) };
}

/** `#/` is the run as it goes, `#/run/NAME` one run's page, `#/new` and `#/new/PROTOCOL` the form, `#/queue` the queue. */
function route(): void {
  const { place, of } = address();
  const name = place === "run" ? of : "";
  runs.choose(name);
  for (const link of document.querySelectorAll(".pages a")) {
    if (link.getAttribute("href") === `#/${place}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (place === "new") void form.open(() => (address().place === "new" ? address().of : ""));
  if (page !== undefined && page.run === name) return;
  page?.remove();
  page = name === "" ? undefined : new RunView(name);
  const shown = page ?? (place === "new" ? form : place === "queue" ? queue : live);
  if (main.firstElementChild === shown.element) return;
  main.replaceChildren(shown.element);
  scrollTo(0, 0);
}

function takeState(next: LiveState): void {
  const before = state.run;
  state = next;
  showProgress(state, connected);
  controls.setRunning(state.run?.status === "running" ? state.run.run : "", state.activity);
  queue.showLive(state);
  if (state.run !== null) {
    live.follow(state.run.run);
    runs.update(state.run);
  }
  if (state.run?.run === before?.run && state.run?.status === before?.status) return;
  runs.soon();
  if (page !== undefined && page.run === state.run?.run) void page.load(); // it ended: metrics are there now
}

listen({
  hello({ bench, dut, canSafe, canStart, readOnly }) {
    setText(byId("bench", HTMLElement), bench ?? "");
    setText(byId("dut", HTMLElement), dut ?? "");
    byId("safe", HTMLButtonElement).title = canSafe
      ? "Abort what runs and turn every output of the bench off"
      : "Started without a bench file: this aborts what runs. For the outputs: memrig safe --bench FILE";
    controls.readOnly = readOnly;
    question.readOnly = readOnly;
    queue.allow(canStart, readOnly);
    if (location.hash.startsWith("#/new")) route(); // the server was started anew, maybe with another bench
  },
  state: takeState,
  frame: (frame) => live.frame(frame),
  log: (line) => live.event(line),
  queue(view) {
    queue.show(view);
    queue.showLive(state);
    question.show(view.running);
    controls.setBeginning(view.running.some(({ run }) => run === undefined));
    waiting.hidden = view.waiting.length === 0;
    setText(waiting, String(view.waiting.length));
  },
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
