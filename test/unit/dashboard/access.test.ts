import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, test } from "node:test";
import { serveDashboard, type Dashboard } from "../../../dashboard/server/index.js";
import { MemrigError } from "../../../src/errors.js";
import { scratch } from "../../support/page.js";

let open: Dashboard;
let locked: Dashboard;
let folder: Awaited<ReturnType<typeof scratch>>;
let turnedOff = 0;

before(async () => {
  folder = await scratch();
  const options = {
    store: folder.folder,
    safe: () => {
      turnedOff++;
      return Promise.resolve([]);
    },
  };
  open = await serveDashboard(options);
  locked = await serveDashboard({ ...options, token: "correct horse" });
});

after(async () => {
  await open.close();
  await locked.close();
  await folder.remove();
});

/** Everything that a button of the page asks for. */
const commands = [
  ...["/api/safe", "/api/abort", "/api/pause", "/api/resume", "/api/dry-run", "/api/start"],
  ...["add", "run", "hold", "move", "cancel", "clear-ended"].map((name) => `/api/queue/${name}`),
];

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** A request with any headers, also those that fetch does not let through. */
function ask(
  dashboard: Dashboard,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const asked = request(new URL(path, dashboard.url), { method, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => (text += piece));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }));
    });
    asked.on("error", reject);
    asked.end();
  });
}

test("a page whose name was pointed at this computer gets nothing", async () => {
  const reply = await ask(open, "GET", "/api/runs", { host: "evil.example" });
  assert.equal(reply.status, 403);
  assert.match(reply.text, /answers only to this computer/);
  assert.equal((await ask(open, "GET", "/api/runs", { host: `localhost:${new URL(open.url).port}` })).status, 200);
});

test("a button pressed by another page is not carried out, whatever it says about itself", async () => {
  const before = turnedOff;
  for (const headers of [
    { origin: "http://evil.example" },
    { origin: "http://localhost:1" },
    { origin: "null" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ]) {
    for (const path of commands) {
      const reply = await ask(open, "POST", path, headers);
      assert.equal(reply.status, 403, JSON.stringify(headers));
      assert.match(reply.text, /another page/);
    }
  }
  assert.equal(turnedOff, before);
});

test("the page itself and a program without a browser may press the buttons", async () => {
  const before = turnedOff;
  const host = new URL(open.url).host;
  assert.equal(
    (await ask(open, "POST", "/api/safe", { origin: `http://${host}`, "sec-fetch-site": "same-origin" })).status,
    200,
  );
  assert.equal((await ask(open, "POST", "/api/safe")).status, 200);
  assert.equal(turnedOff, before + 2);
});

test("other computers are not served without a token, and nothing listens then", async () => {
  for (const host of ["0.0.0.0", "192.0.2.1", "::", "lab-pc.example"]) {
    await assert.rejects(
      serveDashboard({ store: folder.folder, host }),
      (error) => error instanceof MemrigError && error.kind === "invalid-request" && /--token/.test(error.message),
    );
  }
});

test("with a token nothing is told without it: not a run, not the page, not the stream", async () => {
  for (const path of ["/", "/api/runs", "/api/live", "/main.js", "/?token=wrong", "/api/runs?token="]) {
    assert.equal((await ask(locked, "GET", path)).status, 401, path);
  }
  for (const path of commands) assert.equal((await ask(locked, "POST", path)).status, 401, path);
  for (const path of ["/api/form", "/api/queue"]) assert.equal((await ask(locked, "GET", path)).status, 401, path);
  assert.equal((await ask(locked, "GET", "/api/runs", { authorization: "Bearer correct hors" })).status, 401);
  assert.equal(
    (await ask(locked, "GET", "/api/runs", { cookie: `memrig-${new URL(locked.url).port}=%E0%A4%A` })).status,
    401,
  );
});

test("the printed address logs the browser in and takes the token out of the address", async () => {
  const url = new URL(locked.url);
  const reply = await ask(locked, "GET", url.pathname + url.search);
  const cookie = String(reply.headers["set-cookie"]);

  assert.equal(reply.status, 303);
  assert.equal(reply.headers["location"], "/");
  assert.match(cookie, /HttpOnly/);
  assert.match(cookie, /SameSite=Strict/);
  assert.equal((await ask(locked, "GET", "/api/runs", { cookie: cookie.split(";")[0] ?? "" })).status, 200);
});

test("a program brings the token as a bearer, whatever name it knows the computer by", async () => {
  const reply = await ask(locked, "GET", "/api/runs", {
    authorization: "Bearer correct horse",
    host: "lab-pc.example",
  });
  assert.equal(reply.status, 200);
});

test("a cookie does not help another page to press a button", async () => {
  const cookie = `memrig-${new URL(locked.url).port}=${encodeURIComponent("correct horse")}`;
  assert.equal((await ask(locked, "POST", "/api/safe", { cookie, origin: "http://evil.example" })).status, 403);
});

test("no page can put the buttons into a frame of its own", async () => {
  const { headers } = await ask(open, "GET", "/api/runs");
  assert.match(String(headers["content-security-policy"]), /frame-ancestors 'none'/);
});

test("a port that is taken is said, with what to do", async () => {
  const port = Number(new URL(open.url).port);
  await assert.rejects(
    serveDashboard({ store: folder.folder, port }),
    /another program listens there already; choose another --port/,
  );
});
