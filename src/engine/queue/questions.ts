import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { MemrigError } from "../../errors.js";
import { readJsonIfThere, replaceFile } from "../../store/files.js";

/** What the program of a run asks a person before it goes on: to move the needles. */
export interface Question {
  readonly id: string;
  readonly text: string;
}

const look_ms = 100;

/** Questions and their answers, two small files beside the queue's: the program that asks and the page that shows it may both start anew. */
export class Questions {
  constructor(private readonly folder: string) {}

  /**
   * Puts a question and waits for its answer.
   *
   * @param entry of the queue, whose program this is
   * @throws Error `signal` was aborted; the question is withdrawn
   */
  async ask(entry: string, text: string, signal: AbortSignal): Promise<void> {
    const question: Question = { id: randomUUID(), text };
    await replaceFile(this.asked(entry), `${JSON.stringify(question)}\n`);
    try {
      for (;;) {
        await pause(look_ms, undefined, { signal });
        const answer = (await readJsonIfThere(this.answered(entry))) as { question?: unknown } | undefined;
        if (answer?.question === question.id) return;
      }
    } finally {
      await this.forget(entry);
    }
  }

  /** The question that is open; undefined where none is. */
  async open(entry: string): Promise<Question | undefined> {
    const { id, text } = ((await readJsonIfThere(this.asked(entry))) ?? {}) as Partial<Question>;
    return typeof id === "string" && typeof text === "string" ? { id, text } : undefined;
  }

  /**
   * Says that what was asked for is done.
   *
   * @param question its id: an answer to one that was asked before moves nobody on
   * @throws MemrigError `invalid-request`: that is not what is asked now; nothing was written
   */
  async answer(entry: string, question: string): Promise<void> {
    if ((await this.open(entry))?.id !== question)
      throw new MemrigError(
        "invalid-request",
        "That is not asked any more: it was answered, or the run has ended. Nothing was done.",
        { entry },
      );
    const answer = { question, at: new Date().toISOString() };
    await replaceFile(this.answered(entry), `${JSON.stringify(answer)}\n`);
  }

  /** Of an entry that has ended. */
  async forget(entry: string): Promise<void> {
    await Promise.all([this.asked(entry), this.answered(entry)].map((file) => rm(file, { force: true })));
  }

  private asked(entry: string): string {
    return path.join(this.folder, `question_${entry}.json`);
  }

  private answered(entry: string): string {
    return path.join(this.folder, `answer_${entry}.json`);
  }
}
