/** Works on items, so many at a time; none is taken before there is a place for it. Rejects as the first that fails. */
export async function atMost<T>(
  count: number,
  items: AsyncIterable<T>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const taken = items[Symbol.asyncIterator]();
  const worker = async () => {
    for (let item = await taken.next(); !item.done; item = await taken.next()) await work(item.value);
  };
  await Promise.all(Array.from({ length: count }, worker));
}
