/** What is on its way: until that is answered, another tap means the same. */
const underWay = new Set<string>();

/** Does something about `what`, unless something about it is being done already. */
export async function once(what: string, act: () => Promise<void>): Promise<void> {
  if (underWay.has(what)) return;
  underWay.add(what);
  try {
    await act();
  } finally {
    underWay.delete(what);
  }
}
