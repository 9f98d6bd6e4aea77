/**
 * Which language a page speaks: the first of `ui_locales` (OpenID Connect Core §3.1.2.1), then of Accept-Language
 * (RFC 9110 §12.5.4), that has a table by lookup (RFC 4647 §3.4), and otherwise English.
 */
import { limits } from '../platform/limits.ts'
import { preferences } from '../protocol/accept.ts'
import { english } from './english.ts'
import { german } from './german.ts'
import type { Messages } from './messages.ts'

/** Every language there is. */
export const languages: readonly Messages[] = [english, german]

const tables: ReadonlyMap<string, Messages> = new Map(languages.map((table) => [table.lang, table]))

/** A range is shortened from its end until a table has it: de-Latn-AT, de-Latn, de. */
function lookup(range: string): Messages | undefined {
  const subtags = range.toLowerCase().split('-')
  for (let length = subtags.length; length > 0; length--) {
    const table = tables.get(subtags.slice(0, length).join('-'))
    if (table !== undefined) return table
  }
  return undefined
}

const bounded = (text: string | null): string =>
  (text ?? '').slice(0, limits.languagePreferencesCharactersMax)

/** The ranges of an Accept-Language header, most wanted first; a weight of zero refuses one. */
const acceptedRanges = (header: string): readonly string[] =>
  preferences(header)
    .filter(({ weight }) => weight > 0)
    .toSorted((one, other) => other.weight - one.weight)
    .map(({ range }) => range)

/** The table for what a request asks, from its `ui_locales` parameter and its Accept-Language header. */
export function chooseMessages(uiLocales: string | null, acceptLanguage: string | null): Messages {
  const ranges = [...bounded(uiLocales).split(' '), ...acceptedRanges(bounded(acceptLanguage))]
  for (const range of ranges) {
    const table = lookup(range)
    if (table !== undefined) return table
  }
  return english
}
