/** One history: batches are sent at once, and the model has to explain what came of them. */
import { BEGINNING } from './beginning.ts'
import { commandOf } from './commands.ts'
import type { Batch, Loss, Wait } from './drafts.ts'
import type { Controls } from './controls.ts'
import { Door } from './door.ts'
import { ends, type End } from './model/ends.ts'
import { explain, type Answered } from './model/history.ts'
import { newWorld, type World } from './model/world.ts'
import type { Org } from './org.ts'
import { Things } from './things.ts'
import type { Command } from './vocabulary.ts'

/** What came of commands, counted. */
export type Counts = Map<string, number>

export const count = (counts: Counts, name: string, by = 1): void =>
  void counts.set(name, (counts.get(name) ?? 0) + by)

/** What nothing explains, with all that came before. */
export class Unexplained extends Error {
  constructor(told: readonly string[]) {
    super(told.join('\n'))
    this.name = 'Unexplained'
  }
}

const told = ({ command, outcome }: Answered): string => {
  const { verb, isolate, ...about } = command
  const parameters = Object.values(about).map(String).join(', ')
  const { kind, ...come } = outcome
  return `  ${verb}(${parameters}) in isolate ${isolate}: ${kind} ${JSON.stringify(come)}`
}

/** Of which nobody who asks hears when it fails. */
const UNSEEN: Loss['binding'] = 'LOG_DB'

export class History {
  readonly #controls: Controls
  readonly #org: Org
  readonly #door: Door
  readonly #things = new Things()
  readonly #counts: Counts
  readonly #told: string[] = []
  readonly #begun: number
  #worlds: readonly World[]

  constructor(controls: Controls, org: Org, counts: Counts) {
    this.#controls = controls
    this.#org = org
    this.#counts = counts
    this.#door = new Door(controls.isolates, org, this.#things)
    this.#begun = controls.now
    const { orders, stock } = org.servers
    this.#worlds = [newWorld(controls.now, { orders: orders.keys, stock: stock.keys })]
  }

  async run(batches: readonly Batch[]): Promise<void> {
    for (const batch of [...BEGINNING, ...batches]) await this.#batch(batch)
  }

  async #batch({ wait, loss, restarts, drafts }: Batch): Promise<void> {
    const end = 'end' in wait ? this.#end(wait.end) : null
    await this.#controls.moveClock(this.#until(wait, end))
    const commands = this.#commands(drafts, end)
    if (restarts)
      for (const { id } of Object.values(this.#org.users))
        await this.#controls.restart('SUBJECT', id)
    if (loss !== null) await this.#controls.lose(loss)
    const answers = await this.#asked(commands)
    if (loss !== null) {
      for (const [name, calls] of await this.#controls.find())
        count(this.#counts, `lost: ${name}`, calls)
      // What could not be delivered is delivered by the cron trigger, minutes later at most.
      await this.#controls.cron()
    }
    const what = [
      loss && `a call to ${loss.binding} is lost when ${loss.when}`,
      restarts && 'objects start anew',
    ]
    this.#explain(
      answers,
      loss !== null && loss.binding !== UNSEEN,
      what.filter((one) => typeof one === 'string'),
    )
    if (loss !== null) await this.#lookAtKeys(commands)
  }

  /** The key that a lost answer told of is learned from the published set. */
  async #lookAtKeys(commands: readonly Command[]): Promise<void> {
    for (const command of commands) {
      if (command.verb !== 'rotate') continue
      const { isolate, server } = command
      await this.#controls.moveClock(this.#controls.now + 1)
      this.#explain(await this.#asked([{ verb: 'keys', isolate, server }]), false, [])
    }
  }

  async #asked(commands: readonly Command[]): Promise<readonly Answered[]> {
    return Promise.all(
      commands.map(async (command) => ({ command, outcome: await this.#door.perform(command) })),
    )
  }

  #explain(answers: readonly Answered[], isFaulted: boolean, what: readonly string[]): void {
    const { now } = this.#controls
    this.#told.push([`${now - this.#begun} s`, ...what].join(', '), ...answers.map(told))
    const { worlds, names } = explain(this.#worlds, answers, { now, isFaulted })
    if (worlds.length === 0) throw new Unexplained(this.#told)
    this.#worlds = worlds
    for (const name of names) count(this.#counts, name)
    count(this.#counts, answers.length === 1 ? 'alone' : 'at once')
  }

  /** What something that is about to end is good for is asked first. */
  #commands(drafts: Batch['drafts'], end: End | null): readonly Command[] {
    const situation = { world: this.#worlds[0]!, now: this.#controls.now }
    const commands = drafts.flatMap((draft, at) => {
      const isFirst = at === 0 && end !== null
      const thing = isFirst ? this.#things.named(end.name) : null
      const asked = isFirst ? { ...draft, verb: end.verb } : draft
      return commandOf(asked, this.#things, situation, thing) ?? []
    })
    // Of two rotations whose answers are lost nobody could tell which key signs.
    const [rotation] = commands.filter(({ verb }) => verb === 'rotate')
    return commands.filter((command) => command.verb !== 'rotate' || command === rotation)
  }

  #end(drawn: number): End | null {
    const coming = ends(this.#worlds[0]!, this.#controls.now)
    return coming[drawn % Math.max(1, coming.length)] ?? null
  }

  #until(wait: Wait, end: End | null): number {
    const { now } = this.#controls
    if ('seconds' in wait) return now + wait.seconds
    return Math.max(now + 1, (end?.at ?? now) + wait.beside)
  }
}
