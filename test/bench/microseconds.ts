/**
 * Where the CPU time of one token goes, by area: the rooms of the product, the packages in its bundle, and functions
 * that the engine and the platform have built in.
 */
import type { ProfileSummary } from './profile-summary.ts'

export interface Area {
  readonly name: string
  readonly micros: number
}

/** V8's own names for what is no function, and what they mean. */
const NATIVE: Readonly<Record<string, string>> = {
  '(program)': 'outside JavaScript: HTTP and the event loop',
  '(garbage collector)': 'garbage collection',
  '(anonymous)': 'built in: without a name',
}

/** `src/mint/token.ts` → `src/mint`; `jose/dist/webapi/…` → `jose`. */
function areaOf(file: string): string {
  const native = /^native: (.*)$/.exec(file)?.[1]
  if (native !== undefined) return NATIVE[native] ?? `built in: ${native}`
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
