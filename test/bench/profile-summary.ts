/**
 * Sums a CPU profile up by function and by source file, and what was allocated by function. Work outside JavaScript (WebCrypto, HTTP, the
 * event loop) shows under V8's names in parentheses, or under the function that asked for it.
 */
import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { join, relative, resolve } from 'node:path'
import { REPOSITORY } from './bundle.ts'
import type { AllocationNode } from './allocation.ts'
import type { CallFrame, CpuProfile } from './profile.ts'

export interface Share {
  readonly name: string
  /** Microseconds in the function or file itself. */
  readonly self: number
  /** The same with everything it called, counted once where it recurses. */
  readonly total: number
}

export interface ProfileSummary {
  /** Microseconds that were not idle. */
  readonly busy: number
  readonly functions: readonly Share[]
  readonly files: readonly Share[]
}

interface Place {
  readonly file: string
  readonly function: string
}

/** Samples come much sooner after one another while a thread works; one that comes later waited for its turn. */
const SAMPLE_MICROS_MAX = 2000

/** `src/mint/token.ts`, or the path inside a package. */
const shortFile = (folder: string, source: string): string =>
  relative(REPOSITORY, resolve(folder, source)).replace(/^.*node_modules\//, '')

/** Finds the source of a built function, by the map that the bundler wrote beside the module. */
function placeFinder(
  folder: string,
  main: string,
): (node: { readonly callFrame: CallFrame }) => Place {
  const map = new SourceMap(JSON.parse(readFileSync(join(folder, `${main}.map`), 'utf8')))
  return ({ callFrame }) => {
    const { functionName, url, lineNumber, columnNumber } = callFrame
    const name = functionName || '(anonymous)'
    if (url === '') return { file: `native: ${name}`, function: name }
    const entry = map.findEntry(lineNumber, columnNumber)
    if (!('originalSource' in entry)) return { file: '(bundle)', function: `${name} (bundle)` }
    const file = shortFile(folder, entry.originalSource)
    return { file, function: `${name} ${file}:${entry.originalLine + 1}` }
  }
}

class Shares {
  readonly #self = new Map<string, number>()
  readonly #total = new Map<string, number>()

  add(leaf: string, stack: ReadonlySet<string>, micros: number): void {
    this.#self.set(leaf, (this.#self.get(leaf) ?? 0) + micros)
    for (const name of stack) this.#total.set(name, (this.#total.get(name) ?? 0) + micros)
  }

  /** The largest self time first. */
  sorted(): readonly Share[] {
    return [...this.#total]
      .map(([name, total]) => ({ name, self: this.#self.get(name) ?? 0, total }))
      .toSorted((a, b) => b.self - a.self || b.total - a.total)
  }
}

/** `main` is the built module in `folder` that the profile was taken of. */
export function summarizeProfile(
  profile: CpuProfile,
  folder: string,
  main: string,
): ProfileSummary {
  const placeOf = placeFinder(folder, main)
  const places = new Map(profile.nodes.map((node) => [node.id, placeOf(node)]))
  const parents = new Map(
    profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  )
  const stackOf = (leaf: number): Place[] => {
    const stack: Place[] = []
    for (let id: number | undefined = leaf; id !== undefined; id = parents.get(id)) {
      const place = places.get(id)
      if (place !== undefined && place.function !== '(root)') stack.push(place)
    }
    return stack
  }
  const functions = new Shares()
  const files = new Shares()
  let busy = 0
  for (const [index, id] of profile.samples.entries()) {
    const leaf = places.get(id)
    if (leaf === undefined || leaf.function === '(idle)') continue
    const micros = Math.min(profile.timeDeltas[index] ?? 0, SAMPLE_MICROS_MAX)
    const stack = stackOf(id)
    busy += micros
    functions.add(leaf.function, new Set(stack.map((place) => place.function)), micros)
    files.add(leaf.file, new Set(stack.map((place) => place.file)), micros)
  }
  return { busy, functions: functions.sorted(), files: files.sorted() }
}

/** Sums up by function what was allocated; `self` and `total` are bytes. */
export function summarizeAllocations(
  head: AllocationNode,
  folder: string,
  main: string,
): readonly Share[] {
  const placeOf = placeFinder(folder, main)
  const functions = new Shares()
  const visit = (node: AllocationNode, above: readonly string[]): void => {
    const { function: name } = placeOf(node)
    const stack = name === '(root)' ? above : [...above, name]
    functions.add(name, new Set(stack), node.selfSize)
    for (const child of node.children) visit(child, stack)
  }
  visit(head, [])
  return functions.sorted()
}
