/** Waiting no longer than so many milliseconds. */

/** False when the work is not done by then; it goes on all the same. Rejects when it fails before. */
export async function inTime(work: Promise<unknown>, millis: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), millis)
  })
  try {
    return await Promise.race([work.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}

/** What the work comes to. Rejects when it is not done by then; it goes on all the same, and nobody waits for it. */
export async function within<Result>(work: PromiseLike<Result>, millis: number): Promise<Result> {
  const working = Promise.resolve(work)
  if (await inTime(working, millis)) return working
  throw new Error(`There was no answer within ${millis} ms`)
}
