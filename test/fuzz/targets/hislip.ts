import assert from "node:assert/strict";
import fc from "fast-check";
import { HislipStreamError, MessageReader, MOST_CONTROL_BYTES } from "../../../src/visa/hislip/message-reader.js";
import type { MessagePart } from "../../../src/visa/hislip/message-reader.js";
import { FIRST_ID, message, nextId, Type, UNKNOWN_ID } from "../../../src/visa/hislip/protocol.js";
import { Replies } from "../../../src/visa/hislip/replies.js";
import { anyMessage } from "../../unit/visa/hislip-reader.js";
import type { Target } from "../harness.js";
import { pieces, streams } from "../inputs.js";
import type { Stream } from "../inputs.js";

const several = fc
  .array(anyMessage, { minLength: 1, maxLength: 3 })
  .map((all) => Buffer.concat(all.map(({ bytes }) => bytes)));

/** Every part, until the stream is found to be none. */
function* parts(stream: Stream): Generator<MessagePart> {
  const reader = new MessageReader();
  for (const piece of pieces(stream)) {
    reader.push(piece);
    for (;;) {
      let part: MessagePart | undefined;
      try {
        part = reader.next();
      } catch (error) {
        assert.ok(error instanceof HislipStreamError, String(error));
        return;
      }
      if (!part) break;
      yield part;
    }
  }
}

/** What a stream says, however it was cut. */
function said(stream: Stream): string {
  let text = "";
  for (const { header, bytes, first, last } of parts(stream)) {
    const streamed = header.type === Type.data || header.type === Type.dataEnd;
    assert.ok(streamed || bytes.length <= MOST_CONTROL_BYTES);
    if (first) text += `\n${header.type} ${header.control} ${header.parameter} ${header.length} `;
    text += Buffer.from(bytes).toString("hex");
    if (last) text += ".";
  }
  return text;
}

export const hislipReader: Target<Stream> = {
  name: "HiSLIP messages, as both sides take them",
  input: streams(several),
  run(stream) {
    assert.equal(said(stream), said({ bytes: stream.bytes, cuts: [1 << 20] }), "where it is cut makes no difference");
  },
};

const ids = fc.constantFrom(FIRST_ID, nextId(FIRST_ID), UNKNOWN_ID, 0);
const answers = fc
  .array(
    fc
      .tuple(fc.constantFrom(6, 6, 7, 7, 7, 13, 14), ids, fc.uint8Array({ maxLength: 12 }))
      .map(([type, id, payload]) => message(type, 0, id, payload)),
    { minLength: 1, maxLength: 5 },
  )
  .map((all) => Buffer.concat(all));

export const hislipReplies: Target<Stream> = {
  name: "HiSLIP replies, as the client keeps them",
  input: streams(answers),
  async run(stream) {
    for (const overlap of [false, true]) {
      const replies = new Replies();
      replies.reset(overlap);
      replies.lastSent = FIRST_ID;
      let taken = 0;
      let waiting: Promise<void> | undefined;
      const more = () =>
        (waiting ??= replies.next(undefined).then(
          ({ bytes }) => {
            taken += bytes.length;
            waiting = undefined;
          },
          () => undefined,
        ));
      void more();
      for (const part of parts(stream)) {
        if (part.header.type === Type.interrupted) replies.interrupted();
        else if (part.header.type === Type.asyncInterrupted) replies.announceInterruption();
        else if (part.header.type === Type.data || part.header.type === Type.dataEnd) replies.take(part);
        if (!waiting) void more();
      }
      replies.fail(new Error("the end"));
      await waiting;
      assert.ok(taken <= stream.bytes.length);
    }
  },
};
