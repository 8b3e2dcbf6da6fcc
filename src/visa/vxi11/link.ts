import { Call } from "../call.js";
import { LinkError } from "../message-link.js";
import type { MessageLink, ReplyPiece } from "../message-link.js";
import { RpcClient } from "../rpc/client.js";
import { lookUpPort } from "../rpc/portmapper.js";
import type { XdrReader, XdrWriter } from "../rpc/xdr.js";
import { ABORT, CORE, DeviceError, Flag, INTERRUPT, Procedure } from "./protocol.js";
import { readCreatedLink, readPiece, readStatusByte, results } from "./replies.js";
import type { CreatedLink } from "./replies.js";
import { openServiceChannel } from "./service-channel.js";
import type { ServiceChannel } from "./service-channel.js";

export interface Vxi11Address {
  readonly host: string;
  /** `inst0`, or `gpib0,5` behind a gateway. */
  readonly device: string;
  /** Of the core channel, where no port mapper need be asked. */
  readonly port?: number;
}

const MOST_READ_BYTES = 1024 * 1024;
/** The instrument keeps the time limit of each call; its saying so takes a while to come. */
const GRACE_MS = 500;
/** Of the results of device_read, before its data: error, reason, length. */
const READ_HEAD_BYTES = 12;
/** A call that was given up has this long to end after it was aborted, else the connection is closed. */
const ABORT_MS = 1000;

interface Core extends CreatedLink {
  readonly rpc: RpcClient;
}

/**
 * A VXI-11 link. After a call that ended in mid-exchange the call under way is aborted over the abort channel and the
 * device is cleared before the next message; where the instrument does not even answer that, it is connected to anew.
 *
 * @see VXI-11 TCP/IP Instrument Protocol, revision 1.0, section B.6
 */
export class Vxi11Link implements MessageLink {
  readonly name = "VXI-11";
  readonly grace_ms = GRACE_MS;
  private core: Core | undefined;
  private unclear = false;
  private recovery: Promise<void> | undefined;
  private locked = false;
  private requested: (() => void) | undefined;
  private channel: ServiceChannel | undefined;

  constructor(private readonly address: Vxi11Address) {}

  async ready(call: Call): Promise<void> {
    if (this.recovery) await call.wait(this.recovery);
    const failure = this.core?.rpc.failure;
    if (failure) {
      this.dropCore();
      throw new LinkError(
        failure.kind,
        `${failure.message}. Its settings may have been lost; the next call connects anew`,
      );
    }
    this.core ??= await this.connect(call);
    if (!this.unclear) return;
    await this.generic(Procedure.deviceClear, call);
    this.unclear = false;
  }

  async send(message: Uint8Array, call: Call): Promise<void> {
    const { link, mostSend_bytes } = this.live();
    let at = 0;
    do {
      const piece = message.subarray(at, at + mostSend_bytes);
      const flags = at + piece.length === message.length ? Flag.end : 0;
      const taken = await this.call(
        Procedure.deviceWrite,
        call,
        (args) => args.int(link).uint(limit(call)).uint(0).int(flags).opaque(piece),
        (reply) => reply.uint(),
      );
      if (taken > piece.length || (taken === 0 && piece.length > 0)) {
        throw new LinkError("bad-reply", `of ${piece.length} bytes the instrument says to have taken ${taken}`);
      }
      at += taken;
    } while (at < message.length);
  }

  async receive(wanted: number, call: Call, into?: Uint8Array): Promise<ReplyPiece> {
    const { link } = this.live();
    const size = Math.min(wanted, MOST_READ_BYTES);
    for (;;) {
      const piece = await this.call(
        Procedure.deviceRead,
        call,
        (args) => args.int(link).uint(size).uint(limit(call)).uint(0).int(0).int(0),
        readPiece,
        into && { results: READ_HEAD_BYTES, into: into.subarray(0, size) },
      );
      if (piece.end || piece.bytes.length > 0) return piece;
    }
  }

  abandon(): void {
    const { core } = this;
    if (!core) return; // it was never reached: there is nothing to be cleared
    this.unclear = true;
    if (!core.rpc.outstanding) return;
    const over = this.stopPending(core).finally(() => {
      if (this.recovery === over) this.recovery = undefined;
    });
    this.recovery = over;
  }

  async clear(call: Call): Promise<void> {
    await this.generic(Procedure.deviceClear, call);
  }

  async statusByte(call: Call): Promise<number> {
    return this.generic(Procedure.deviceReadStb, call, readStatusByte);
  }

  async trigger(call: Call): Promise<void> {
    await this.generic(Procedure.deviceTrigger, call);
  }

  async remote(call: Call): Promise<void> {
    await this.generic(Procedure.deviceRemote, call);
  }

  async local(call: Call): Promise<void> {
    await this.generic(Procedure.deviceLocal, call);
  }

  async lock(key: string | undefined, call: Call): Promise<void> {
    if (key !== undefined) {
      const instead = "Ask for an exclusive one, or open the instrument over HiSLIP";
      throw new LinkError("invalid-request", `VXI-11 has no shared locks. Nothing was sent. ${instead}`);
    }
    if (this.locked) return;
    const { link } = this.live();
    await this.call(Procedure.deviceLock, call, (args) => args.int(link).int(Flag.waitLock).uint(limit(call)), nothing);
    this.locked = true;
  }

  async unlock(call: Call): Promise<void> {
    const { link } = this.live();
    await this.call(Procedure.deviceUnlock, call, (args) => args.int(link), nothing);
    this.locked = false;
  }

  async enableServiceRequests(requested: () => void, call: Call): Promise<void> {
    await this.subscribe(this.live(), requested, call);
    this.requested = requested;
  }

  async close(): Promise<void> {
    const { core } = this;
    if (core && !core.rpc.failure && !core.rpc.outstanding) {
      const call = new Call("closing", ABORT_MS, undefined);
      const destroyed = core.rpc.call(Procedure.destroyLink, (args) => args.int(core.link));
      await call.wait(destroyed).catch(() => undefined); // the connection ends in any case, and the link with it
      call.end();
    }
    this.dropCore();
    await this.channel?.close();
  }

  private async connect(call: Call): Promise<Core> {
    const { host, device } = this.address;
    const port = this.address.port ?? (await lookUpPort(host, CORE.program, CORE.version, call));
    const rpc = await RpcClient.connect(host, port, CORE.program, CORE.version, call);
    try {
      const client = Math.floor(Math.random() * 0x7fffffff);
      const asked = rpc.call(Procedure.createLink, (args) =>
        args.int(client).bool(this.locked).uint(limit(call)).string(device),
      );
      const core = { rpc, ...results(await call.wait(asked), readCreatedLink) };
      if (this.requested) await this.subscribe(core, this.requested, call);
      return core;
    } catch (error) {
      rpc.close();
      throw error;
    }
  }

  private async subscribe({ rpc, link }: Core, requested: () => void, call: Call): Promise<void> {
    this.channel ??= await openServiceChannel(rpc.localAddress, requested);
    const { address, port, handle } = this.channel;
    const made = await call.wait(
      rpc.call(Procedure.createInterruptChannel, (args) =>
        args.uint(address).uint(port).uint(INTERRUPT.program).uint(INTERRUPT.version).int(tcpFamily),
      ),
    );
    results(made, nothing, DeviceError.channelExists);
    const enabled = rpc.call(Procedure.deviceEnableSrq, (args) => args.int(link).bool(true).opaque(handle));
    results(await call.wait(enabled), nothing);
  }

  private generic(procedure: number, call: Call): Promise<void>;
  private generic<T>(procedure: number, call: Call, read: (reply: XdrReader) => T): Promise<T>;
  private generic(procedure: number, call: Call, read: (reply: XdrReader) => unknown = nothing): Promise<unknown> {
    const { link } = this.live();
    return this.call(procedure, call, (args) => args.int(link).int(0).uint(0).uint(limit(call)), read);
  }

  /** @returns what `read` makes of the results behind the error number, which is none */
  private async call<T>(
    procedure: number,
    call: Call,
    args: (head: XdrWriter) => unknown,
    read: (reply: XdrReader) => T,
    apart?: { readonly results: number; readonly into: Uint8Array },
  ): Promise<T> {
    const { rpc } = this.live();
    try {
      return results(await call.wait(rpc.call(procedure, args, apart)), read);
    } catch (error) {
      rpc.forget(); // a late reply must not write into memory that is its owner's again
      throw error;
    }
  }

  private live(): Core {
    if (this.core) return this.core;
    throw new LinkError("no-answer", "there is no connection");
  }

  private dropCore(): void {
    this.core?.rpc.close();
    this.core = undefined;
    this.requested?.(); // who waits for service finds out that nothing can come
  }

  /** Aborts the call under way; where the instrument does not let go of it, the connection is closed. */
  private async stopPending(core: Core): Promise<void> {
    const call = new Call("abort", ABORT_MS, undefined);
    try {
      const abort = await RpcClient.connect(this.address.host, core.abortPort, ABORT.program, ABORT.version, call);
      try {
        await call.wait(abort.call(Procedure.deviceAbort, (args) => args.int(core.link)));
        await call.wait(core.rpc.settled());
      } finally {
        abort.close();
      }
    } catch {
      core.rpc.close(); // no abort channel, or no use of it: a new connection knows nothing of this call
      if (this.core === core) this.dropCore();
    } finally {
      call.end();
    }
  }
}

/** Address family of create_intr_chan. */
const tcpFamily = 0;

const limit = (call: Call) => Math.max(1, Math.ceil(call.left_ms));

const nothing = () => undefined;
