import { Call, CallEnded } from "../call.js";
import { LinkError } from "../message-link.js";
import type { MessageLink, ReplyPiece } from "../message-link.js";
import { HislipConnection } from "./connection.js";
import type { HislipAddress } from "./connection.js";
import { LockAnswer, LockControl, RemoteLocal, Type } from "./protocol.js";

/** A device clear after a call that was given up has this long, else the connection is made anew. */
const CLEAR_MS = 1000;
/** A reply that takes longer than this makes us ask whether somebody has locked the instrument. */
const LOCK_CHECK_MS = 100;

export interface HislipOptions {
  /** True: replies wait in line, as on a raw socket. False: a new message drops them. Left out: as the instrument prefers. */
  readonly overlap?: boolean;
}

/**
 * A HiSLIP link. After a call that ended in mid-exchange the device is cleared at once, which also takes back messages
 * that it has not begun; where it does not answer that, it is connected to anew.
 *
 * HiSLIP sends without asking: a message to an instrument that another client has locked waits there. It is noticed when
 * a reply is due; the message is taken back then, and the call fails with `busy`.
 *
 * @see IVI-6.1 High-Speed LAN Instrument Protocol, revision 2.0
 */
export class HislipLink implements MessageLink {
  readonly name = "HiSLIP";
  private connection: HislipConnection | undefined;
  private recovery: Promise<void> | undefined;
  /** Locks held, in the order they were taken: a shared one, the exclusive one. */
  private readonly held = { shared: undefined as string | undefined, exclusive: false };
  private requested: (() => void) | undefined;
  private requestCame = false;
  /** Who waits for a reply now. */
  private waiting: { readonly connection: HislipConnection; readonly call: Call } | undefined;
  private patience: NodeJS.Timeout | undefined;

  constructor(
    private readonly address: HislipAddress,
    private readonly options: HislipOptions = {},
  ) {}

  async ready(call: Call): Promise<void> {
    if (this.recovery) await call.wait(this.recovery);
    const failure = this.connection?.failure;
    if (failure) {
      this.connection = undefined;
      throw new LinkError(
        failure.kind,
        `${failure.message}. Its settings may have been lost; the next call connects anew`,
      );
    }
    if (this.connection) return;
    const connection = new HislipConnection(() => this.noteRequest());
    this.connection = connection;
    try {
      await connection.open(this.address, this.options.overlap, call);
      if (this.held.shared !== undefined) await this.take(connection, this.held.shared, call);
      if (this.held.exclusive) await this.take(connection, undefined, call);
    } catch (error) {
      this.connection = undefined;
      await connection.close();
      throw error;
    }
  }

  async send(message: Uint8Array, call: Call): Promise<void> {
    await this.live().send(message, call);
  }

  async receive(_wanted: number, call: Call, into?: Uint8Array): Promise<ReplyPiece> {
    const connection = this.live();
    this.waiting = { connection, call };
    // One timer for the life of the link, set back with each reply: to make and drop one costs a query far more.
    this.patience ??= setTimeout(() => this.hasWaitedLong(), LOCK_CHECK_MS).unref();
    this.patience.refresh();
    try {
      return await connection.receive(call, into);
    } finally {
      this.waiting = undefined;
    }
  }

  abandon(): void {
    const { connection } = this;
    if (!connection || connection.failure) return;
    connection.replies.abandon();
    const over = this.recover(connection).finally(() => {
      if (this.recovery === over) this.recovery = undefined;
    });
    this.recovery = over;
  }

  async clear(call: Call): Promise<void> {
    await this.live().deviceClear(undefined, call);
  }

  async statusByte(call: Call): Promise<number> {
    const connection = this.live();
    const { replies } = connection;
    const id = replies.overlap ? replies.lastDelivered : replies.lastSent;
    const flag = connection.takeDelivered();
    return (await connection.request(Type.asyncStatusQuery, flag, id, Type.asyncStatusResponse, call)).header.control;
  }

  async trigger(): Promise<void> {
    this.live().trigger();
  }

  async remote(call: Call): Promise<void> {
    await this.remoteLocal(RemoteLocal.enableAndGoRemote, call);
  }

  async local(call: Call): Promise<void> {
    await this.remoteLocal(RemoteLocal.goToLocal, call);
  }

  async lock(key: string | undefined, call: Call): Promise<void> {
    if (key === "" || (key !== undefined && !/^[\x20-\x7e]{1,256}$/.test(key))) {
      const rule = "The key of a shared lock is 1 to 256 ASCII characters";
      throw new LinkError("invalid-request", `"${key}" can not be a key. Nothing was sent. ${rule}`);
    }
    if (key === undefined ? this.held.exclusive : this.held.shared === key) return;
    if (key !== undefined && this.held.shared !== undefined) {
      const rule = "Release it first";
      throw new LinkError("invalid-request", `this session shares the lock "${this.held.shared}" already. ${rule}`);
    }
    await this.take(this.live(), key, call);
    if (key === undefined) this.held.exclusive = true;
    else this.held.shared = key;
  }

  async unlock(call: Call): Promise<void> {
    const connection = this.live();
    const { lastSent } = connection;
    const answer = await connection.request(
      Type.asyncLock,
      LockControl.release,
      lastSent,
      Type.asyncLockResponse,
      call,
    );
    const { control } = answer.header;
    if (control === LockAnswer.exclusive) this.held.exclusive = false;
    else if (control === LockAnswer.shared) this.held.shared = undefined;
    else throw new LinkError("invalid-request", "this session holds no lock");
  }

  enableServiceRequests(requested: () => void): Promise<void> {
    this.requested = requested;
    if (this.requestCame) requested();
    return Promise.resolve();
  }

  async close(): Promise<void> {
    clearTimeout(this.patience);
    await this.connection?.close();
  }

  private async remoteLocal(control: number, call: Call): Promise<void> {
    const connection = this.live();
    const { lastSent } = connection;
    const answer = Type.asyncRemoteLocalResponse;
    await connection.request(Type.asyncRemoteLocalControl, control, lastSent, answer, call);
  }

  private async take(connection: HislipConnection, key: string | undefined, call: Call): Promise<void> {
    const patience_ms = Math.min(0xffffffff, Math.max(0, Math.floor(call.left_ms - ANSWER_MS)));
    const name = Buffer.from(key ?? "", "latin1");
    try {
      const asked = [Type.asyncLock, LockControl.request, patience_ms, Type.asyncLockResponse] as const;
      const { control } = (await connection.request(...asked, call, name)).header;
      if (control === LockAnswer.exclusive || control === LockAnswer.error) return; // an error: held already
    } catch (error) {
      if (!(error instanceof CallEnded && error.how === "late")) throw error;
      this.abandon(); // a lock that is granted now would be nobody's
    }
    throw lockedByOther("");
  }

  private hasWaitedLong(): void {
    if (this.waiting) void this.checkLock(this.waiting.connection, this.waiting.call);
  }

  /** No reply for a while: fails who waits for it where another client's lock is why. */
  private async checkLock(connection: HislipConnection, call: Call): Promise<void> {
    if (connection.outstanding || connection.failure || call.ended) return;
    const info = await connection
      .request(Type.asyncLockInfo, 0, 0, Type.asyncLockInfoResponse, call)
      .catch(() => undefined); // who waits for the reply hears of it
    if (!info || call.ended) return;
    const { control: exclusive, parameter: holders } = info.header;
    const mine = exclusive === 1 ? this.held.exclusive : holders === 0 || this.held.shared !== undefined;
    if (mine) return;
    connection.replies.fail(lockedByOther(". What was sent is taken back, unless the instrument has begun it"));
    this.abandon();
  }

  private noteRequest(): void {
    this.requestCame = true;
    this.requested?.();
  }

  private async recover(connection: HislipConnection): Promise<void> {
    const call = new Call("device clear", CLEAR_MS, undefined);
    try {
      // An answer that is still under way could be taken for that to a later request.
      if (connection.outstanding) throw new LinkError("no-answer", "a request was given up");
      await connection.deviceClear(undefined, call);
    } catch {
      await connection.close(); // a new connection knows nothing of what was under way
      if (this.connection === connection) this.connection = undefined;
    } finally {
      call.end();
    }
  }

  private live(): HislipConnection {
    if (this.connection) return this.connection;
    throw new LinkError("no-answer", "there is no connection");
  }
}

/** Of the time for a lock, kept for the instrument's saying that it was not released in time. */
const ANSWER_MS = 10;

function lockedByOther(taken: string): LinkError {
  return new LinkError("busy", `another client has locked the instrument${taken}. Wait until it has finished`);
}
