import type { Caller, Procedure as Handler, Results, RpcProgram } from "../../../visa/rpc/server.js";
import type { XdrReader } from "../../../visa/rpc/xdr.js";
import {
  CORE,
  DeviceError,
  Flag,
  MOST_HANDLE_BYTES,
  MOST_NAME_BYTES,
  Procedure,
  Reason,
} from "../../../visa/vxi11/protocol.js";
import type { LinkEndpoint } from "../endpoint.js";
import { InterruptChannel } from "./interrupt-channel.js";
import { Vxi11ServerLink } from "./links.js";

/** Longest piece of a message that is taken in one device_write. */
export const MAX_RECEIVE_BYTES = 1024 * 1024;
/** Links that all clients together may hold: a client that forgets to destroy them is told so, not served for ever. */
const MOST_LINKS = 256;

/** What one connection to the core channel holds, and what ends with it. */
interface Client {
  readonly links: Set<Vxi11ServerLink>;
  channel: InterruptChannel | undefined;
}

/** The core channel's procedures (VXI-11, section B.6) for the devices of one address, and their links. */
export class Vxi11Core {
  private readonly links = new Map<number, Vxi11ServerLink>();
  private readonly clients = new Map<Caller, Client>();
  private lastId = 0;

  /**
   * @param devices by name: `inst0`, …
   * @param abortPort where the abort channel listens
   */
  constructor(
    private readonly devices: ReadonlyMap<string, LinkEndpoint>,
    private readonly abortPort: () => number,
  ) {}

  /** Links open now. */
  get open(): number {
    return this.links.size;
  }

  /** Ends the call that waits on a link. @returns a device error */
  abort(id: number): number {
    const link = this.links.get(id);
    link?.abort();
    return link ? DeviceError.none : DeviceError.invalidLink;
  }

  readonly program: RpcProgram = {
    ...CORE,
    procedures: new Map<number, Handler>([
      [Procedure.createLink, (args, caller) => this.createLink(args, caller)],
      [Procedure.deviceWrite, (args, caller) => this.write(args, caller)],
      [Procedure.deviceRead, (args, caller) => this.read(args, caller)],
      [Procedure.deviceReadStb, (args) => this.readStatusByte(args)],
      [Procedure.deviceTrigger, (args) => this.generic(args, ({ exchange }) => exchange.trigger())],
      [Procedure.deviceClear, (args) => this.generic(args, ({ exchange }) => exchange.clear())],
      [Procedure.deviceRemote, (args) => this.generic(args, () => undefined)],
      [Procedure.deviceLocal, (args) => this.generic(args, () => undefined)],
      [Procedure.deviceLock, (args, caller) => this.lock(args, caller)],
      [Procedure.deviceUnlock, (args) => this.unlock(args)],
      [Procedure.deviceEnableSrq, (args, caller) => this.enableSrq(args, caller)],
      [Procedure.deviceDoCmd, () => failed(DeviceError.notSupported, (reply) => reply.opaque(new Uint8Array(0)))],
      [Procedure.destroyLink, (args) => this.destroyLink(args)],
      [Procedure.createInterruptChannel, (args, caller) => this.createInterruptChannel(args, caller)],
      [Procedure.destroyInterruptChannel, (_, caller) => this.destroyInterruptChannel(caller)],
    ]),
  };

  close(): void {
    for (const link of [...this.links.values()]) this.destroy(link);
    for (const client of this.clients.values()) client.channel?.close();
  }

  private async createLink(args: XdrReader, caller: Caller): Promise<Results> {
    args.int(); // the client's own number: of no use here
    const lockIt = args.bool();
    const lockTimeout_ms = args.uint();
    const endpoint = this.devices.get(args.string(MOST_NAME_BYTES).toLowerCase() || "inst0");
    const refuse = (error: number) => failed(error, (reply) => reply.int(0).uint(0).uint(0));
    if (!endpoint) return refuse(DeviceError.notAccessible);
    // A call that waited behind another while the client left: a link now would be nobody's, and so would its lock.
    if (caller.gone.aborted) return refuse(DeviceError.aborted);
    if (this.links.size >= MOST_LINKS) return refuse(DeviceError.outOfResources);
    this.lastId = (this.lastId % 0x7fffffff) + 1;
    const link = new Vxi11ServerLink(this.lastId, endpoint);
    this.links.set(link.id, link);
    this.clientOf(caller).links.add(link);
    if (lockIt) {
      const outcome = await endpoint.locks.acquire(link.exchange, undefined, lockTimeout_ms, caller.gone);
      if (outcome === "timeout") {
        this.destroy(link);
        return refuse(DeviceError.lockedByOther);
      }
    }
    return (reply) => reply.int(DeviceError.none).int(link.id).uint(this.abortPort()).uint(MAX_RECEIVE_BYTES);
  }

  private async write(args: XdrReader, caller: Caller): Promise<Results> {
    const link = this.links.get(args.int());
    const ioTimeout_ms = args.uint();
    const lockTimeout_ms = args.uint();
    const flags = args.int();
    const data = args.opaque(MAX_RECEIVE_BYTES);
    const refuse = (error: number) => failed(error, (reply) => reply.uint(0));
    if (!link) return refuse(DeviceError.invalidLink);
    const locked = await this.lockedOut(link, flags, lockTimeout_ms, caller);
    if (locked) return refuse(locked);
    const { result: room, aborted } = await link.waiting(ioTimeout_ms, caller.gone, (signal) =>
      link.exchange.room(signal),
    );
    if (!room) return refuse(aborted ? DeviceError.aborted : DeviceError.timeout);
    link.exchange.receive(data, (flags & Flag.end) !== 0);
    return (reply) => reply.int(DeviceError.none).uint(data.length);
  }

  private async read(args: XdrReader, caller: Caller): Promise<Results> {
    const link = this.links.get(args.int());
    const most = args.uint();
    const ioTimeout_ms = args.uint();
    const lockTimeout_ms = args.uint();
    const flags = args.int();
    const until = args.int() & 255;
    const refuse = (error: number) => failed(error, (reply) => reply.int(0).opaque(new Uint8Array(0)));
    if (!link) return refuse(DeviceError.invalidLink);
    const locked = await this.lockedOut(link, flags, lockTimeout_ms, caller);
    if (locked) return refuse(locked);
    const stopAt = (flags & Flag.termCharSet) !== 0 ? until : undefined;
    const { result: got, aborted } = await link.waiting(ioTimeout_ms, caller.gone, (signal) =>
      link.exchange.read(most, signal, stopAt),
    );
    if (!got) return refuse(aborted ? DeviceError.aborted : DeviceError.timeout);
    let reason = got.end ? Reason.end : 0;
    if (got.matched) reason |= Reason.character;
    if (got.bytes.length === most) reason |= Reason.requestCount;
    return (reply) => reply.int(DeviceError.none).int(reason).opaque(got.bytes);
  }

  private readStatusByte(args: XdrReader): Results {
    const { link, locked } = this.genericLink(args);
    if (!link || locked) return failed(locked || DeviceError.invalidLink, (reply) => reply.uint(0));
    return (reply) => reply.int(DeviceError.none).uint(link.exchange.statusByte());
  }

  private generic(args: XdrReader, action: (link: Vxi11ServerLink) => void): Results {
    const { link, locked } = this.genericLink(args);
    if (!link || locked) return failed(locked || DeviceError.invalidLink);
    action(link);
    return failed(DeviceError.none);
  }

  /** Generic calls are over at once: they do not wait for a lock to be released. */
  private genericLink(args: XdrReader): { link: Vxi11ServerLink | undefined; locked: number } {
    const link = this.links.get(args.int());
    args.int(); // flags
    args.uint(); // lock timeout
    args.uint(); // time limit
    const locked = link && !link.endpoint.locks.allows(link.exchange) ? DeviceError.lockedByOther : DeviceError.none;
    return { link, locked };
  }

  private async lock(args: XdrReader, caller: Caller): Promise<Results> {
    const link = this.links.get(args.int());
    const wait = (args.int() & Flag.waitLock) !== 0;
    const timeout_ms = args.uint();
    if (!link) return failed(DeviceError.invalidLink);
    const { result, aborted } = await link.waiting(wait ? timeout_ms : 0, caller.gone, (signal) =>
      link.endpoint.locks.acquire(link.exchange, undefined, wait ? timeout_ms : 0, signal),
    );
    if (result !== "timeout") return failed(result === "held" ? DeviceError.lockedByOther : DeviceError.none);
    return failed(aborted ? DeviceError.aborted : DeviceError.lockedByOther);
  }

  private unlock(args: XdrReader): Results {
    const link = this.links.get(args.int());
    if (!link) return failed(DeviceError.invalidLink);
    return failed(link.endpoint.locks.release(link.exchange) ? DeviceError.none : DeviceError.noLockHeld);
  }

  private enableSrq(args: XdrReader, caller: Caller): Results {
    const link = this.links.get(args.int());
    const enable = args.bool();
    const handle = Buffer.from(args.opaque(MOST_HANDLE_BYTES));
    if (!link) return failed(DeviceError.invalidLink);
    const { channel } = this.clientOf(caller);
    if (enable && !channel) return failed(DeviceError.noChannel);
    link.requestsTo(enable ? channel : undefined, handle);
    return failed(DeviceError.none);
  }

  private async createInterruptChannel(args: XdrReader, caller: Caller): Promise<Results> {
    const address = args.uint();
    const port = args.uint();
    const program = args.uint();
    const version = args.uint();
    const family = args.int();
    const client = this.clientOf(caller);
    if (client.channel) return failed(DeviceError.channelExists);
    if (family !== 0) return failed(DeviceError.notSupported); // UDP
    if (port < 1 || port > 65535) return failed(DeviceError.parameter);
    const host = [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
    if (!isCallers(host, caller.address)) return failed(DeviceError.noChannel);
    client.channel = await InterruptChannel.open(host, port, program, version);
    if (caller.gone.aborted) client.channel?.close();
    return failed(client.channel ? DeviceError.none : DeviceError.noChannel);
  }

  private destroyInterruptChannel(caller: Caller): Results {
    const client = this.clientOf(caller);
    if (!client.channel) return failed(DeviceError.noChannel);
    for (const link of client.links) link.requestsTo(undefined, Buffer.alloc(0));
    client.channel.close();
    client.channel = undefined;
    return failed(DeviceError.none);
  }

  private destroyLink(args: XdrReader): Results {
    const link = this.links.get(args.int());
    if (link) this.destroy(link);
    return failed(link ? DeviceError.none : DeviceError.invalidLink);
  }

  private destroy(link: Vxi11ServerLink): void {
    this.links.delete(link.id);
    for (const client of this.clients.values()) client.links.delete(link);
    link.destroy();
  }

  /** @returns a device error when another client's lock was not released in time */
  private async lockedOut(link: Vxi11ServerLink, flags: number, timeout_ms: number, caller: Caller): Promise<number> {
    const { locks } = link.endpoint;
    if (locks.allows(link.exchange)) return DeviceError.none;
    if ((flags & Flag.waitLock) === 0) return DeviceError.lockedByOther;
    const { result: free, aborted } = await link.waiting(timeout_ms, caller.gone, (signal) =>
      locks.whenAllowed(link.exchange, signal),
    );
    if (free) return DeviceError.none;
    return aborted ? DeviceError.aborted : DeviceError.lockedByOther;
  }

  private clientOf(caller: Caller): Client {
    const known = this.clients.get(caller);
    if (known) return known;
    const client: Client = { links: new Set(), channel: undefined };
    this.clients.set(caller, client);
    const gone = () => {
      this.clients.delete(caller);
      for (const link of [...client.links]) this.destroy(link);
      client.channel?.close();
    };
    if (caller.gone.aborted) gone();
    else caller.gone.addEventListener("abort", gone, { once: true });
    return client;
  }
}

/** An instrument calls back only who called it: nobody has it knock at other people's doors. */
function isCallers(host: string, address: string): boolean {
  const from = address.replace(/^::ffff:/, "");
  return host === from || (host.startsWith("127.") && from.startsWith("127."));
}

/** A reply that begins with an error number (which may be none). */
function failed(error: number, rest: Results = () => undefined): Results {
  return (reply) => {
    reply.int(error);
    rest(reply);
  };
}
