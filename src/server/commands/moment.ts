/** A moment for people, in their own time: `2026-11-25 15:42:07`. */
export function moment(date: Date): string {
  return date.toLocaleString('sv-SE');
}
