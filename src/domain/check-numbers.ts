/**
 * Looks at numbers of options where they come in. Throws a `TypeError` that names the one which is no number, or a
 * `RangeError` that names the one which is not from `least` to `most`.
 */
export function checkNumbers(numbers: Readonly<Record<string, unknown>>, least: number, most = Infinity): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (typeof value !== 'number' || Number.isNaN(value)) throw new TypeError(`${name} has to be a number`);
    if (value < least || value > most) {
      const range = most === Infinity ? `at least ${least}` : `from ${least} to ${most}`;
      throw new RangeError(`${name} is ${value}, and has to be ${range}`);
    }
  }
}

/** The same for numbers that have to be whole, which `Infinity` is not. */
export function checkWholeNumbers(numbers: Readonly<Record<string, unknown>>, least: number): void {
  checkNumbers(numbers, least);
  for (const [name, value] of Object.entries(numbers)) {
    if (!Number.isSafeInteger(value))
      throw new RangeError(`${name} is ${value as number}, and has to be a whole number`);
  }
}
