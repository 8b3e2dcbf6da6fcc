/** Signals that ask a program to end, on every system. */
const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Resolves on the first Ctrl-C or request to end. */
export function untilStopped(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of stopSignals) process.once(signal, () => resolve(signal));
  });
}

/**
 * An abort signal that follows Ctrl-C and requests to end for as long as `work` goes on. Every further Ctrl-C is told to
 * `again`, and does not end the program: cleaning up is what turns the outputs off.
 */
export async function abortableBySignals<T>(work: (signal: AbortSignal) => Promise<T>, again: () => void): Promise<T> {
  const controller = new AbortController();
  const listener = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) again();
    else controller.abort(signal);
  };
  for (const signal of stopSignals) process.on(signal, listener);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of stopSignals) process.off(signal, listener);
  }
}
