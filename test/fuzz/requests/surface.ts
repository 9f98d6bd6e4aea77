/** A part of the product that reads what others send, and how requests to it are made. */
import type { Random } from '../random.ts'
import type { Answer } from './answers.ts'
import type { Input } from './input.ts'
import type { World } from './world.ts'

export interface Case {
  /** What it was made as, for the figures. */
  readonly kind: string
  readonly input: Input
  /** For what says that it comes of us and does not: whether it was taken all the same. Such a thing wakes no object. */
  readonly isTaken?: (answer: Answer) => boolean
}

export interface Surface {
  readonly name: string
  readonly make: (random: Random, world: World) => Case | Promise<Case>
}
