/**
 * Where the CPU time of one token goes, by area: the rooms of the product, the packages in its bundle, and what the
 * engine and the platform do outside JavaScript.
 */
import type { ProfileSummary } from './profile-summary.ts'

export interface Area {
  readonly name: string
  readonly micros: number
}

/** V8's own names for what is no function, and what they mean. */
const NATIVE: Readonly<Record<string, string>> = {
  'native: (program)': 'outside JavaScript: HTTP, the event loop, cryptography',
  'native: (garbage collector)': 'garbage collection',
}

const NATIVE_OTHER = 'built-in functions called from JavaScript'

/** `src/mint/token.ts` → `src/mint`; `jose/dist/webapi/…` → `jose`. */
function areaOf(file: string): string {
  if (file.startsWith('native: ')) return NATIVE[file] ?? NATIVE_OTHER
  const [first = '', second = '', third] = file.split('/')
  if (first === 'src') return third === undefined ? 'src' : `src/${second}`
  if (first === 'test') return file
  return first.startsWith('@') ? `${first}/${second}` : first
}

/** The largest first; in microseconds of one token. */
export function areasOf({ files }: Pick<ProfileSummary, 'files'>, tokens: number): readonly Area[] {
  const sums = new Map<string, number>()
  for (const { name, self } of files) sums.set(areaOf(name), (sums.get(areaOf(name)) ?? 0) + self)
  return [...sums]
    .map(([name, micros]) => ({ name, micros: micros / tokens }))
    .toSorted((a, b) => b.micros - a.micros)
}
