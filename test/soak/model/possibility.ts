/** One thing that may come of a command: what is answered then, and what is true afterwards. */
import type {
  AppName,
  Circumstances,
  Command,
  CommandOf,
  Outcome,
  ServerName,
  Verb,
} from '../vocabulary.ts'
import type { Standing } from './standing.ts'
import { readable, type App, type Ring, type Status, type World } from './world.ts'

export interface Possibility {
  /** What reports call it. */
  readonly name: string
  readonly isAnsweredBy: (outcome: Outcome) => boolean
  /** Changes a copy of the world. Null: it has happened, and nobody heard of what came of it. */
  readonly happens: (after: World, outcome: Outcome | null) => void
}

export type Step<V extends Verb> = (
  world: World,
  command: CommandOf<V>,
  circumstances: Circumstances,
) => readonly Possibility[]

const nothing = (): void => {}

export const done = (
  name: string,
  happens: Possibility['happens'] = nothing,
  isAnsweredBy: Possibility['isAnsweredBy'] = () => true,
): Possibility => ({
  name,
  isAnsweredBy: (outcome) => outcome.kind === 'done' && isAnsweredBy(outcome),
  happens,
})

export const refused = (
  error: string,
  name = error,
  happens: Possibility['happens'] = nothing,
): Possibility => ({
  name,
  isAnsweredBy: (outcome) => outcome.kind === 'refused' && outcome.error === error,
  happens,
})

/** What is possible under a condition alone. */
export const onlyIf = (isPossible: boolean, one: Possibility): readonly Possibility[] =>
  isPossible ? [one] : []

/** What is possible if something is good, and if it is not. */
export const either = (
  standing: Standing,
  good: () => readonly Possibility[],
  bad: () => readonly Possibility[],
): readonly Possibility[] => [
  ...(standing === 'no' ? [] : good()),
  ...(standing === 'yes' ? [] : bad()),
]

/** What an isolate takes for true. */
export interface Seen {
  readonly app: App
  readonly server: Status
  readonly ring: Ring
}

export function seenBy(
  { apps, servers, rings }: World,
  { isolate }: Command,
  of: { readonly app: AppName; readonly server: ServerName },
  circumstances: Circumstances,
): readonly Seen[] {
  const known = <Value>(versions: Parameters<typeof readable<Value>>[0]): readonly Value[] =>
    readable(versions, isolate, circumstances)
  return known(servers[of.server]).flatMap((server) =>
    known(apps[of.app]).flatMap((app) =>
      known(rings[of.server]).map((ring) => ({ app, server, ring })),
    ),
  )
}

/** A server that nobody reaches, and an app that cannot prove to be itself, stand before everything else. */
export const admitted = (
  { app, server }: Seen,
  next: () => readonly Possibility[],
): readonly Possibility[] => {
  if (server !== 'ACTIVE') return [refused('not_found')]
  return app.status === 'ACTIVE' ? next() : [refused('invalid_client')]
}
