import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { Router, type NextFunction, type Request, type Response } from "express";
import { z } from "zod";
import { MemrigError } from "../../src/errors.js";
import { openRun, type RunReader } from "../../src/store/index.js";
import { sendError } from "./replies.js";
import type { RunIndex } from "./run-list.js";
import { RunPages, runFigureSvg } from "./run-page.js";

const listQuery = z.object({
  filter: z.string().max(200).default(""),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
});

/** What can be read of the runs: nothing here changes anything. */
export function readApi(store: string, index: RunIndex): Router {
  const router = Router();
  const pages = new RunPages();

  router.get("/runs", async (request, response) => {
    await index.refresh();
    const { filter, limit } = listQuery.parse(request.query);
    response.json(index.list(filter, limit));
  });

  router.get(
    "/runs/:id",
    withRun(store, async (reader, _request, response) => {
      response.json(await pages.page(reader));
    }),
  );

  router.get(
    "/runs/:id/table.csv",
    withRun(store, async (reader, request, response) => {
      const table = typeof request.query["table"] === "string" ? request.query["table"] : reader.info.mainTable;
      const names = reader.info.tables.map(({ name }) => name);
      if (!names.includes(table)) {
        throw new MemrigError("invalid-request", `This run has no table "${table}". It has: ${names.join(", ")}.`);
      }
      response.attachment(`${reader.info.run}_${table}.csv`).type("text/csv; charset=utf-8");
      await sendStream(reader.csv(table), response);
    }),
  );

  router.get(
    "/runs/:id/figure/:name.svg",
    withRun(store, async (reader, request, response) => {
      const name = String(request.params["name"]);
      const svg = await runFigureSvg(reader, name);
      response.attachment(`${reader.info.run}_${name}.svg`).type("image/svg+xml").send(svg);
    }),
  );

  return router;
}

/** Opens the run of the address; one that is not there is answered 404. */
function withRun(store: string, answer: (reader: RunReader, request: Request, response: Response) => Promise<void>) {
  return async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    let reader: RunReader;
    try {
      reader = await openRun(store, String(request.params["id"]));
    } catch (error) {
      if (!(error instanceof MemrigError && error.kind === "invalid-request")) {
        next(error);
        return;
      }
      sendError(response, error, 404);
      return;
    }
    await answer(reader, request, response);
  };
}

/** Sends as fast as the reader on the other side takes; one that goes away in the middle is no fault of ours. */
async function sendStream(pieces: AsyncIterable<string>, response: Response): Promise<void> {
  try {
    await pipeline(Readable.from(pieces), response);
  } catch (error) {
    const gone = error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE";
    if (!gone) throw error;
  }
}
