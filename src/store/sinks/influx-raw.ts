import type { IPoint } from "influx";

/**
 * Lines that are written already, as the one point that makes the client send them as they are: it knows no other way, and
 * making each line itself takes it longer than the server takes to store it. The lines travel behind the first one's first field.
 */
export function pointOf(lines: readonly string[]): IPoint {
  const text = lines.join("\n");
  // Up to the first blank that is not escaped stand measurement and tags, up to the next "=" that is not, the field's name.
  const head = /^((?:\\.|[^\\ ])+) ((?:\\[,= ]|[^=])+)=/s.exec(text);
  if (head === null) throw new TypeError(`no line of a point: ${text.slice(0, 80)}`);
  const [whole, series = "", name = ""] = head;
  return { measurement: series, fields: { [name.replace(/\\([,= ])/g, "$1")]: new Literal(text.slice(whole.length)) } };
}

/** The client writes what `toString` gives, and leaves what is no string as it is. */
class Literal {
  constructor(readonly text: string) {}
  toString(): string {
    return this.text;
  }
}
