/** Patterns of Joda-Time, with which dates and times are written and read: letters that stand for fields, and text. */
import { limits } from '../../../platform/limits.ts'

export type Field =
  | { readonly letter: string; readonly width: number }
  /** What stands there as it is. */
  | { readonly text: string }

const PIECE = /([A-Za-z])\1*|'(?:[^']|'')*'|[^A-Za-z']+/y

/** The letters that are available. */
export const LETTERS = 'yYMdHhkKmsSaEDZz'

/** More letters in a row mean nothing. */
const WIDTH_MAX = 20

/** Null for a pattern that is too long, with other letters, too many in a row, or a quote that is left open. */
export function readFormat(pattern: string): readonly Field[] | null {
  if (pattern.length > limits.timePatternCharactersMax) return null
  const fields: Field[] = []
  let at = 0
  while (at < pattern.length) {
    PIECE.lastIndex = at
    const piece = PIECE.exec(pattern)
    if (piece === null) return null
    const [text, letter] = piece
    if (letter !== undefined && (!LETTERS.includes(letter) || text.length > WIDTH_MAX)) return null
    fields.push(letter === undefined ? { text: unquoted(text) } : { letter, width: text.length })
    at += text.length
  }
  return fields
}

const unquoted = (text: string): string => {
  if (text === "''") return "'"
  return text.startsWith("'") ? text.slice(1, -1).replaceAll("''", "'") : text
}

export const MONTHS =
  'January February March April May June July August September October November December'.split(' ')

export const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')
