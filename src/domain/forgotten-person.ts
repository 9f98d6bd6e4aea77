/** What the system log keeps of a person who was deleted: the id, as a pseudonym, wherever a name stood. Pure. */
import type { SystemLogEvent } from './system-log.ts'

export interface ForgottenPerson {
  readonly id: string
  readonly login: string
}

export function withoutPerson(event: SystemLogEvent, person: ForgottenPerson): SystemLogEvent {
  const { id, login } = person
  const names = { alternateId: id, displayName: id, detailEntry: null }
  const { actor, target } = event
  const unnamed: SystemLogEvent = {
    ...event,
    actor: actor.id === id ? { ...actor, ...names } : actor,
    // What changed of the person tells of the person as well.
    target: target.map(({ changeDetails, ...one }) => {
      if (one.id === id) return { ...one, ...names }
      return changeDetails === undefined ? one : { ...one, changeDetails }
    }),
  }
  // Logins stand in paths, too, written as the caller liked.
  const forms = [login, encodeURIComponent(login)].map((form) => RegExp.escape(form))
  return replaced(unnamed, new RegExp(forms.join('|'), 'gi'), id) as SystemLogEvent
}

function replaced(value: unknown, pattern: RegExp, by: string): unknown {
  if (typeof value === 'string') return value.replaceAll(pattern, () => by)
  if (Array.isArray(value)) return value.map((one) => replaced(one, pattern, by))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, replaced(one, pattern, by)]),
  )
}
