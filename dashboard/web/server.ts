import type { DryRunReply, FieldFault, Order, QueueReply, QueueView, RunForm } from "../server/desk-wire.js";
import type { CommandReport, ErrorReply, Frame, Hello, LiveState, LogLine, RunList, RunPage } from "../server/wire.js";

/** A reply that says no, with the server's sentence and the fields of an order that are wrong. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly faults: readonly FieldFault[] = [],
    options: ErrorOptions = {},
  ) {
    super(message, options);
  }
}

async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    throw new Refused("The dashboard's server does not answer. What you asked for was not done, or nobody knows.", [], {
      cause: error,
    });
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return body as T;
  const error = (body as ErrorReply | undefined)?.error;
  throw new Refused(error?.message ?? `The server answered ${response.status}.`, error?.details?.faults);
}

function command<T = CommandReport>(path: string, body: object): Promise<T> {
  return ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

export const server = {
  runs: (filter: string, limit: number): Promise<RunList> =>
    ask(`api/runs?${new URLSearchParams({ filter, limit: String(limit) }).toString()}`),
  run: (run: string, signal: AbortSignal): Promise<RunPage> => ask(`api/runs/${encodeURIComponent(run)}`, { signal }),
  abort: (run: string): Promise<CommandReport> => command("api/abort", run === "" ? {} : { run }),
  pause: (run: string): Promise<CommandReport> => command("api/pause", { run }),
  goOn: (run: string): Promise<CommandReport> => command("api/resume", { run }),
  outputsOff: (run: string): Promise<CommandReport> => command("api/safe", run === "" ? {} : { run }),
  form: (): Promise<RunForm> => ask("api/form"),
  dryRun: (order: Order): Promise<DryRunReply> => command("api/dry-run", order),
  start: (order: Order): Promise<QueueReply> => command("api/start", order),
  enqueue: (order: Order): Promise<QueueReply> => command("api/queue/add", order),
  runQueue: (): Promise<QueueReply> => command("api/queue/run", {}),
  holdQueue: (): Promise<QueueReply> => command("api/queue/hold", {}),
  move: (id: string, position: number): Promise<QueueReply> => command("api/queue/move", { id, position }),
  cancel: (id: string): Promise<QueueReply> => command("api/queue/cancel", { id }),
  answer: (id: string, question: string): Promise<QueueReply> => command("api/queue/answer", { id, question }),
  clearEnded: (): Promise<QueueReply> => command("api/queue/clear-ended", {}),
  csv: (run: string, table: string): string =>
    `api/runs/${encodeURIComponent(run)}/table.csv?${new URLSearchParams({ table }).toString()}`,
  svg: (run: string, figure: string): string =>
    `api/runs/${encodeURIComponent(run)}/figure/${encodeURIComponent(figure)}.svg`,
};

export interface Listener {
  hello(message: Hello): void;
  state(message: LiveState): void;
  frame(message: Frame): void;
  log(message: LogLine): void;
  queue(message: QueueView): void;
  runs(): void;
  /** The stream is there, or has been silent for too long. */
  connection(alive: boolean): void;
}

/** The server says something at least every two seconds. */
const silence_ms = 8000;

/** Listens to the server for as long as the page is open; comes back by itself. */
export function listen(listener: Listener): void {
  let source: EventSource;
  let heard_ms = performance.now();
  const on = (type: string, take: (data: unknown) => void): void => {
    source.addEventListener(type, (event: MessageEvent<string>) => {
      heard_ms = performance.now();
      take(JSON.parse(event.data));
    });
  };
  const open = (): void => {
    heard_ms = performance.now();
    source = new EventSource("api/live");
    on("hello", (data) => {
      listener.connection(true);
      listener.hello(data as Hello);
    });
    on("state", (data) => listener.state(data as LiveState));
    on("frame", (data) => listener.frame(data as Frame));
    on("log", (data) => listener.log(data as LogLine));
    on("queue", (data) => listener.queue(data as QueueView));
    on("runs", () => listener.runs());
    on("beat", () => undefined);
    source.addEventListener("error", () => listener.connection(false));
  };
  open();
  setInterval(() => {
    // The browser gives up for good on some errors, and does not notice a line that went dead: both are opened anew.
    const silent = performance.now() - heard_ms > silence_ms;
    if (silent) listener.connection(false);
    if (!silent && source.readyState !== EventSource.CLOSED) return;
    source.close();
    open();
  }, 1000);
}
