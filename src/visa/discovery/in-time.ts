/** What a promise gives, unless it takes too long; it is left to itself then. @param late what is said then */
export async function inTime<T>(promise: Promise<T>, timeout_ms: number, late: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(late)), timeout_ms);
  });
  try {
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
  }
}
