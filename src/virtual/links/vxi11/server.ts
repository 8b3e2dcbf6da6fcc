import { serveRpc } from "../../../visa/rpc/server.js";
import type { RpcServer } from "../../../visa/rpc/server.js";
import { ABORT, CORE, Procedure } from "../../../visa/vxi11/protocol.js";
import type { LinkEndpoint } from "../endpoint.js";
import { Vxi11Core } from "./core.js";
import { servePortmapper } from "./portmapper.js";
import type { Answering } from "./portmapper.js";

/** An address that speaks VXI-11. */
export interface Vxi11Server {
  readonly address: string;
  /** Of the core channel. */
  readonly port: number;
  /** `mapped`: clients find the port by themselves. Else they have to be told it: port 111 is taken, or forbidden to us. */
  readonly portmapper: "mapped" | "taken" | "forbidden" | "not wanted";
  /** Links open now. */
  readonly links: number;
  close(): Promise<void>;
}

export interface Vxi11Options {
  /** Of the core channel; 0, a free one chosen by the system, where left out. */
  readonly port?: number;
  /** Serve a port mapper on port 111, where that port can be had. True where left out. */
  readonly portmapper?: boolean;
  /** Port mappers on loopback that answer together where all are asked for: those of one bench share one set. */
  readonly neighbours?: Set<Answering>;
}

/**
 * Serves instruments over VXI-11: core, abort and interrupt channels, and a port mapper of their own where port 111 is
 * free and may be used. Where it is not, the core channel listens all the same, and `portmapper` says why.
 *
 * @param devices by device name: `inst0`, `inst1`, …
 * @throws Error the core port is taken, or the address is not this machine's; nothing listens then
 */
export async function serveVxi11(
  devices: ReadonlyMap<string, LinkEndpoint>,
  address: string,
  options: Vxi11Options = {},
): Promise<Vxi11Server> {
  const open: { close(): Promise<void> }[] = [];
  const close = async () => {
    core.close();
    await Promise.all(open.map((one) => one.close()));
  };
  const core = new Vxi11Core(devices, () => abort.port);
  const abort: RpcServer = await serveRpc(
    {
      ...ABORT,
      procedures: new Map([
        [
          Procedure.deviceAbort,
          (args) => {
            const error = core.abort(args.int());
            return (reply) => reply.int(error);
          },
        ],
      ]),
    },
    address,
    0,
  );
  open.push(abort);
  try {
    const server = await serveRpc(core.program, address, options.port ?? 0);
    open.push(server);
    const mapper = options.portmapper === false ? "not wanted" : await mapped(address, server.port, options);
    if (typeof mapper === "object") open.push(mapper);
    return {
      address,
      port: server.port,
      portmapper: typeof mapper === "object" ? "mapped" : mapper,
      get links() {
        return core.open;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @returns why not, where port 111 can not be had */
async function mapped(
  address: string,
  port: number,
  { neighbours }: Vxi11Options,
): Promise<{ close(): Promise<void> } | "taken" | "forbidden"> {
  try {
    return await servePortmapper(address, [{ ...CORE, port }], neighbours);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") return "taken";
    if (code === "EACCES" || code === "EPERM") return "forbidden";
    throw error;
  }
}
