import type { LinkKind } from "../bench-plan.js";
import { serveHislip0 } from "../links/hislip/serve.js";
import { LinkEndpoint, serveSocket } from "../links/index.js";
import { serveSerial } from "../links/serial/server.js";
import { serveInst0 } from "../links/vxi11/serve.js";
import type { Recording } from "../../visa/wire/index.js";
import { Replay } from "./replay.js";
import type { ReplayOptions } from "./replay.js";
import { labelsOf, replayScript } from "./script.js";

/** Links a recording can be served on, whichever it was made on. */
export const replayLinks = ["socket", "vxi11", "hislip", "serial"] as const satisfies readonly LinkKind[];
export type ReplayLink = (typeof replayLinks)[number];

export interface ServeReplayOptions extends Pick<ReplayOptions, "anyOrder"> {
  /** Labels; all that were recorded where left out. */
  readonly instruments?: readonly string[];
  readonly links?: readonly ReplayLink[];
  readonly address?: string;
  readonly onLeft?: (label: string, sentence: string) => void;
}

export interface ServedReplay {
  readonly label: string;
  readonly identity: string;
  readonly resources: readonly string[];
  readonly replay: Replay;
}

export interface ReplayServer {
  readonly instruments: readonly ServedReplay[];
  close(): Promise<void>;
}

interface Closable {
  close(): Promise<void>;
}

/**
 * Serves the instruments of a recording, each on its own free port. Each has its own place in its own part: the order of
 * messages to different instruments is not looked at. Where a dialogue leaves the recording, raw sockets hang up, so that
 * the caller hears of it at once; on other links nothing is answered any more.
 *
 * @throws MemrigError `invalid-request`: no such instrument, or a recording that can not be replayed. Nothing listens then
 */
export async function serveReplay(recording: Recording, options: ServeReplayOptions = {}): Promise<ReplayServer> {
  const { address = "127.0.0.1", links = ["socket"], anyOrder = false } = options;
  const labels = options.instruments ?? labelsOf(recording);
  const scripts = labels.map((label) => replayScript(recording, label));
  const servers: Closable[] = [];
  const close = async () => {
    await Promise.all(servers.map((server) => server.close()));
  };
  try {
    const instruments: ServedReplay[] = [];
    for (const script of scripts) {
      const { label, identity } = script;
      let hangUp: () => void = () => undefined;
      const replay = new Replay(script, {
        anyOrder,
        onLeft: (sentence) => options.onLeft?.(label, sentence),
        onRefused: () => setImmediate(() => hangUp()), // a reply that is still on its way gets out
      });
      const endpoint = new LinkEndpoint(replay);
      const resources: string[] = [];
      for (const link of links) {
        const served = await serveOn[link](endpoint, address);
        servers.push(served.server);
        resources.push(served.resource);
        if (served.hangUp) hangUp = served.hangUp;
      }
      instruments.push({ label, identity, resources, replay });
    }
    return { instruments, close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Served = { readonly server: Closable; readonly resource: string; readonly hangUp?: () => void };

const serveOn: Readonly<Record<ReplayLink, (endpoint: LinkEndpoint, address: string) => Promise<Served>>> = {
  async socket(endpoint, address) {
    const server = await serveSocket(endpoint, address, 0);
    const resource = `TCPIP0::${address}::${server.port}::SOCKET`;
    return { server, resource, hangUp: () => server.closeSessions() };
  },
  vxi11: (endpoint, address) => serveInst0(endpoint, address, "any"),
  hislip: (endpoint, address) => serveHislip0(endpoint, address, 0),
  async serial(endpoint) {
    const server = await serveSerial(endpoint);
    return { server, resource: `ASRL${server.path}::INSTR` };
  },
};
