import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import express, { type NextFunction, type Request, type Response } from "express";
import { z } from "zod";
import type { CommandReport } from "./wire.js";
import { MemrigError, messageOf } from "../../src/errors.js";
import type { SafeReport } from "../../src/engine/index.js";
import { Queue } from "../../src/engine/queue/queue.js";
import { readApi } from "./api.js";
import { abort, runsOfBench, outputsOff, pause } from "./commands.js";
import type { Desk } from "./desk.js";
import { deskApi } from "./desk-api.js";
import { checkExposure, guard, isLoopback, onlyStopping } from "./guard.js";
import { Follower } from "./live/follower.js";
import { QueueCommands } from "./queue-commands.js";
import { QueueWatch } from "./queue-watch.js";
import { sendError } from "./replies.js";
import { RunIndex } from "./run-list.js";

/** The run that the person looks at. */
const commandBody = z.object({ run: z.string().optional() });

export interface DashboardOptions {
  /** Folder that holds the runs; may not exist yet. */
  readonly store: string;
  /** What stands in the header. A whole bench configuration fits. */
  readonly bench?: { readonly name: string; readonly dut?: { readonly id: string } };
  /**
   * Turns every output of the bench off and says what became of each instrument. Left out: the page says that it can not,
   * and which command can.
   */
  readonly safe?: () => Promise<readonly SafeReport[]>;
  /** Begins runs and puts them in the queue. Left out: the page says with which command it can be had. */
  readonly desk?: Desk;
  /** Only what stops something is carried out: abort, pause, outputs off. */
  readonly readOnly?: boolean;
  /** Default 127.0.0.1. Any address that other computers reach asks for a token. */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  readonly token?: string;
  /** Folder of the built page; the default is where the build puts it. */
  readonly page?: string;
}

export interface Dashboard {
  /** Address to open, token included. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the dashboard: the page, the runs of the store (of any process), live rows, and the buttons.
 *
 * @throws MemrigError `invalid-request`: a host that others reach without a token, or an address that can not be listened on
 */
export async function serveDashboard(options: DashboardOptions): Promise<Dashboard> {
  const host = options.host ?? "127.0.0.1";
  checkExposure(host, options.token);
  const index = new RunIndex(options.store);
  const queue = new Queue(options.store);
  const commands = new QueueCommands(queue);
  const watch = new QueueWatch(queue, options.desk);
  const follower = new Follower(
    options.store,
    index,
    {
      ...(options.bench === undefined ? {} : { bench: options.bench.name }),
      ...(options.bench?.dut === undefined ? {} : { dut: options.bench.dut.id }),
      canSafe: options.safe !== undefined,
      canStart: options.desk !== undefined && !options.readOnly,
      readOnly: options.readOnly ?? false,
    },
    watch,
  );
  const app = express();
  app.disable("x-powered-by");
  const server = createServer(app);
  app.use(guard(options.token, () => portOf(server)));
  app.use("/api", (_request, response, next) => {
    response.set("Cache-Control", "no-store");
    next();
  });
  app.get("/api/live", (request, response) => follower.hub.join(request, response));
  app.use("/api", readApi(options.store, index));
  app.use("/api", express.json({ limit: "100kb" }));
  if (options.readOnly) app.use("/api", onlyStopping);
  app.post("/api/abort", async (request, response) => {
    const { run } = commandBody.parse(request.body ?? {});
    await index.refresh();
    const began = performance.now();
    const beginning = run === undefined ? await commands.cancelBeginning() : 0;
    if (beginning > 0 && index.running.length === 0) {
      const took_s = (performance.now() - began) / 1000;
      const message = "Asked to stop before it became a run: its program turns the outputs off.";
      response.json({ runs: [], outputs: [], message, took_s } satisfies CommandReport);
      return;
    }
    response.json(await abort(options.store, index.running, run));
  });
  for (const [path, paused] of [
    ["/api/pause", true],
    ["/api/resume", false],
  ] as const) {
    app.post(path, async (request, response) => {
      const { run } = commandBody.parse(request.body ?? {});
      await index.refresh();
      response.json(await pause(options.store, index.running, run, paused));
    });
  }
  app.post("/api/safe", async (request, response) => {
    const { run } = commandBody.parse(request.body ?? {});
    await index.refresh();
    const { store, bench, safe } = options;
    const hold = () => commands.holdAll();
    response.json(await outputsOff({ store, running: index.running, inView: run, bench: bench?.name, safe, hold }));
  });
  const running = async () => {
    await index.refresh();
    const { store, bench } = options;
    return runsOfBench(store, index.running, bench?.name);
  };
  app.use("/api", deskApi({ queue, commands, watch, desk: options.desk, running }));
  app.use(express.static(pageFolder(options.page), { cacheControl: false }));
  app.use((request, response) => {
    sendError(response, new MemrigError("invalid-request", `There is nothing at ${request.path}.`), 404);
  });
  app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) return next(error); // a download broke off: the connection is closed, so that it shows
    sendError(response, error instanceof MemrigError ? error : badRequest(error));
  });
  await listen(server, host, options.port ?? 0);
  follower.start();
  return {
    url: address(host, portOf(server), options.token),
    close: async () => {
      await follower.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A request that zod or the body's parser refused, as the request's fault; anything else as it is. */
function badRequest(error: unknown): unknown {
  if (error instanceof z.ZodError) return new MemrigError("invalid-request", z.prettifyError(error), {}, error);
  const status = error instanceof Error && "status" in error ? error.status : undefined;
  if (typeof status !== "number" || status >= 500) return error;
  return new MemrigError("invalid-request", `The request can not be read: ${messageOf(error)}.`, {}, error);
}

/** The built page: seen from the bundle in dist/program, from the compiled file, or from its source. */
function pageFolder(given: string | undefined): string {
  if (given !== undefined) return given;
  const places = ["../dashboard/web", "../web", "../../dist/dashboard/web"];
  const folders = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return folders.find((folder) => existsSync(join(folder, "main.js"))) ?? folders[0] ?? "";
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function address(host: string, port: number, token: string | undefined): string {
  const anywhere = host === "0.0.0.0" || host === "::";
  const name = anywhere ? "localhost" : host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return `http://${isLoopback(host) && host.startsWith("127.") ? "127.0.0.1" : name}:${port}/${token === undefined ? "" : `?token=${encodeURIComponent(token)}`}`;
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why =
        error.code === "EADDRINUSE" ? "another program listens there already; choose another --port" : error.message;
      reject(
        new MemrigError(
          "invalid-request",
          `The dashboard can not listen on ${host}, port ${port}: ${why}.`,
          { host, port },
          error,
        ),
      );
    });
    server.listen(port, host.replace(/^\[|\]$/g, ""), resolve);
  });
}
