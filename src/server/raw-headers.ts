/** Names and values of the fields of a request in turn, as `IncomingMessage` has them before anybody asks for more. */
export type RawHeaders = readonly string[];

/**
 * How often a field is there. Looking so costs a request less than the object that Node makes of all its fields
 * when it is first asked for one.
 *
 * @param name In lower case.
 */
export function occurrences(headers: RawHeaders, name: string): number {
  let count = 0;
  for (let at = 0; at < headers.length; at += 2) if (isCalled(headers[at], name)) count++;
  return count;
}

/** Whether a field is there with this very value. */
export function says(headers: RawHeaders, name: string, value: string): boolean {
  for (let at = 0; at < headers.length; at += 2) {
    if (headers[at + 1] === value && isCalled(headers[at], name)) return true;
  }
  return false;
}

function isCalled(field: string | undefined, name: string): boolean {
  return field?.length === name.length && field.toLowerCase() === name;
}

/** The value of the first field of that name. */
export function valueOf(headers: RawHeaders, name: string): string | undefined {
  for (let at = 0; at < headers.length; at += 2) if (isCalled(headers[at], name)) return headers[at + 1];
  return undefined;
}
