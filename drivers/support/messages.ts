/** A program message that every instrument with a network connector takes in one piece. */
const MOST_CHARACTERS = 16_000;

/**
 * Joins commands to as few messages as they fit in: each message costs a round trip on some links. Every command begins
 * with a colon or an asterisk, so that none depends on the one before it.
 */
export function joined(commands: readonly string[], most = MOST_CHARACTERS): string[] {
  const messages: string[] = [];
  for (const command of commands) {
    const last = messages.at(-1);
    if (last !== undefined && last.length + 1 + command.length <= most) {
      messages[messages.length - 1] = `${last};${command}`;
    } else {
      messages.push(command);
    }
  }
  return messages;
}
