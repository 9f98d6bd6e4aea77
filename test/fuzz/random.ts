/** Random choices that a seed decides, so that every case can be made again. */

const hashed = (text: string): number => {
  let hash = 2166136261
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 16777619)
  return hash >>> 0
}

export class Random {
  #state: number

  /** Cases of one seed have nothing to do with each other. */
  constructor(seed: string) {
    this.#state = hashed(seed)
  }

  /** From 0 up to but not including 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }

  /** From 0 up to but not including `below`. */
  below(below: number): number {
    return Math.floor(this.next() * below)
  }

  chance(share: number): boolean {
    return this.next() < share
  }

  one<Choice>(choices: readonly Choice[]): Choice {
    return choices[this.below(choices.length)]!
  }

  /** By weight. */
  weighted<Choice>(choices: readonly (readonly [weight: number, choice: Choice])[]): Choice {
    let left = this.next() * choices.reduce((sum, [weight]) => sum + weight, 0)
    for (const [weight, choice] of choices) {
      left -= weight
      if (left < 0) return choice
    }
    return choices.at(-1)![1]
  }

  /** Up to `most` of what is made. */
  some<Made>(most: number, make: (at: number) => Made): readonly Made[] {
    return Array.from({ length: this.below(most + 1) }, (_, at) => make(at))
  }
}
