/** Preferences in headers, RFC 9110 §12.4 and §12.5: what a client accepts, and how much it wants each of it. */
import { limits } from '../platform/limits.ts'

export interface Preference {
  readonly range: string
  /** From 0, which refuses, to 1. */
  readonly weight: number
}

/** In the order of the header; what has no valid weight is left out. */
export const preferences = (header: string): readonly Preference[] =>
  header.split(',').flatMap((part) => {
    const [range = '', ...parameters] = part.split(';').map((piece) => piece.trim())
    const weight = parameters.find((parameter) => /^q=/i.test(parameter))?.slice(2) ?? '1'
    return /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(weight) ? [{ range, weight: Number(weight) }] : []
  })

/** Whether an Accept header names a media type, and wants it at least as much as the usual one. */
export function asksFor(header: string | null, type: string, usual: string): boolean {
  const wanted = preferences((header ?? '').slice(0, limits.acceptCharactersMax))
  const weightOf = (name: string): number =>
    wanted.find(({ range }) => range.toLowerCase() === name)?.weight ?? 0
  return weightOf(type) > 0 && weightOf(type) >= weightOf(usual)
}
