import type { MessageDevice } from "../scpi/index.js";
import { MessageExchange } from "./exchange.js";
import type { ExchangeOptions } from "./exchange.js";
import { Locks } from "./locks.js";

/**
 * One instrument as the links see it, whichever transport serves it. A transport opens one `MessageExchange` for each of
 * its clients. Those that know locks, VXI-11 and HiSLIP, ask `locks` (with that exchange as the client) before they let a
 * message through: one taken over VXI-11 keeps a HiSLIP client out. Raw sockets, serial lines and GPIB know none, and are
 * not kept out (docs/notes/locks.md).
 */
export class LinkEndpoint {
  readonly locks = new Locks();
  private readonly exchanges = new Set<MessageExchange>();

  constructor(readonly instrument: MessageDevice) {}

  /** A new client. */
  connect(options: ExchangeOptions): MessageExchange {
    const exchange = new MessageExchange(this.instrument, options, () => {
      this.exchanges.delete(exchange);
      this.locks.releaseAll(exchange);
    });
    this.exchanges.add(exchange);
    return exchange;
  }

  /** Clients connected now, over all links that share this endpoint. */
  get clients(): number {
    return this.exchanges.size;
  }
}
