/** What an object still has to tell others, and tries again until they know. */
export interface Telling {
  isBehind(): boolean
  /** Never rejects. */
  tell(): Promise<void>
}

export const together = (...all: readonly Telling[]): Telling => ({
  isBehind: () => all.some((one) => one.isBehind()),
  async tell() {
    await Promise.all(all.filter((one) => one.isBehind()).map((one) => one.tell()))
  },
})
