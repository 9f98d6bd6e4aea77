/** What a request needs to know, and its parts as they are remembered and loaded. */
import { limits } from '../platform/limits.ts'
import { entryKey, KINDS, type Kind } from './remembered.ts'

/** `serverId` and `ring` are null on paths that do not touch them. */
export interface Wanted {
  readonly serverId: string | null
  readonly clientId: string | null
  readonly ring: string | null
}

export interface Part {
  readonly kind: Kind
  readonly id: string
}

export const keyOf = ({ kind, id }: Part): string => entryKey(kind, id)

/** Ids longer than any that exists are not asked for. */
export function idOf(wanted: Wanted, kind: Kind): string | null {
  const id = kind === 'server' ? wanted.serverId : kind === 'client' ? wanted.clientId : wanted.ring
  return id === null || id.length > limits.idCharactersMax ? null : id
}

/** The parts of some kinds, by default of all. */
export const partsOf = (wanted: Wanted, kinds: readonly Kind[] = KINDS): readonly Part[] =>
  kinds.flatMap((kind) => {
    const id = idOf(wanted, kind)
    return id === null ? [] : [{ kind, id }]
  })
