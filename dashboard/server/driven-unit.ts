/** Units are declared for a forced voltage; where the current is forced, levels and limit change places. */
export function drivenUnit(unit: string, drive: unknown): string {
  if (drive !== "current") return unit;
  return unit === "V" ? "A" : unit === "A" ? "V" : unit;
}
