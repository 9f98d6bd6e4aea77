/**
 * The rules of the house, over the source text. Each has its reason, and a failure names the places. An exception is
 * a line in a table here, with its own reason, so that it cannot come by accident.
 */
import { describe, expect, it } from 'vitest'
import {
  cycleIn,
  filesUnder,
  functionLengths,
  importsOf,
  type SourceFile,
} from './support/source.ts'

/** Written by a tool. */
const GENERATED = 'src/platform/bindings.d.ts'

const files = [...filesUnder('src', '.ts'), ...filesUnder('src', '.tsx')].filter(
  (file) => file.path !== GENERATED,
)
const migrations = filesUnder('src/store', '.sql')
const imports = files.flatMap(importsOf)
const ours = imports.filter(({ specifier }) => specifier.startsWith('.'))

/** `src/policy/scopes.ts` → `policy`; a file that is in no room stands for itself: `src/app.ts` → `app.ts`. */
const roomOf = (path: string): string => path.split('/')[1]!

const isTool = ({ path }: SourceFile): boolean => roomOf(path) === 'tools'

function rule(name: string, because: string, violations: () => readonly string[]): void {
  it(`${name} (${because})`, () => {
    expect(violations()).toEqual([])
  })
}

/** Places in code where a pattern is found, without the files that may. */
const places =
  (pattern: RegExp, allowed: (file: SourceFile) => boolean, text = false) =>
  () =>
    files
      .filter((file) => !allowed(file))
      .flatMap((file) =>
        (text ? file.text : file.bare)
          .split('\n')
          .flatMap((line, at) =>
            pattern.test(line) ? [`${file.path}:${at + 1} ${line.trim()}`] : [],
          ),
      )

const nowhere = (): boolean => false
const only =
  (...paths: readonly string[]) =>
  ({ path }: SourceFile): boolean =>
    paths.includes(path)

describe('how files begin', () => {
  rule('every file opens with a header comment', 'a reader learns first what a file is', () =>
    [...files, ...migrations]
      .filter(({ text }) => !/^(#![^\n]*\n)?(\/\*\*[^*]|-- )/.test(text))
      .map(({ path }) => path),
  )
})

describe('who may import whom', () => {
  const PATH = [
    'platform',
    'protocol',
    'domain',
    'passwords',
    'policy',
    'claims',
    'keys',
    'clients',
    'issuer',
    'mint',
    'hooks',
    'grants',
    'authorize',
    'preview',
  ]
  const CELLAR = ['platform', 'protocol', 'domain', 'keys', 'issuer']
  const leftOf = (room: string): readonly string[] => PATH.slice(0, PATH.indexOf(room))

  /** What each room may import besides itself. */
  const allowed = new Map<string, readonly string[]>([
    ...PATH.map((room) => [room, leftOf(room)] as const),
    // Programs that are not ours import it.
    ['verifier', ['platform']],
    ['pages', ['platform', 'protocol', 'domain']],
    ['endpoints', [...PATH, 'pages', 'verifier']],
    ['store', CELLAR],
    // The objects and the ports behind them write columns and read configuration through the store, and a user's
    // object hashes and verifies passwords, apart from where tokens are minted.
    ['state', [...CELLAR, 'passwords', 'store']],
    ['management', [...PATH, 'store']],
    ['docs', [...PATH, 'management']],
    ['tools', ['platform', 'domain']],
  ])
  const everything = ['app.ts', 'index.ts']

  /** Imports of types that cross a border which values may not cross. */
  const typesOnly: readonly (readonly [from: string, to: string])[] = [['management', 'state']]

  const crossing = ours.filter(({ from, to }) => roomOf(from) !== roomOf(to))

  rule(
    'a room imports itself and what stands left of it',
    'a change in one room can only reach those right of it',
    () =>
      crossing
        .filter(({ from, to, typeOnly }) => {
          const [room, other] = [roomOf(from), roomOf(to)]
          if (everything.includes(room) || allowed.get(room)?.includes(other)) return false
          return !(typeOnly && typesOnly.some(([by, of]) => by === room && of === other))
        })
        .map(({ from, to }) => `${from} → ${to}`),
  )

  rule('every room has its place in the order', 'a new room must be thought about', () =>
    [...new Set(files.map(({ path }) => roomOf(path)))].filter(
      (room) => !allowed.has(room) && !everything.includes(room),
    ),
  )

  rule(
    'nobody imports the composition root but the entry',
    'what sees everything is seen by nobody',
    () =>
      ours
        .filter(({ to }) => everything.includes(roomOf(to)))
        .filter(({ from, to }) => !(from === 'src/index.ts' && to === 'src/app.ts'))
        .map(({ from, to }) => `${from} → ${to}`),
  )

  rule('files do not import each other in a circle', 'a circle has no first file to read', () => {
    const edges = new Map<string, string[]>(files.map(({ path }) => [path, []]))
    for (const { from, to, typeOnly } of ours) if (!typeOnly) edges.get(from)?.push(to)
    return cycleIn(edges) ?? []
  })

  rule('a relative import names a file that exists', 'nothing is resolved by guessing', () => {
    const known = new Set([...files.map(({ path }) => path), GENERATED])
    return ours
      .filter(({ to, specifier }) => !/\.tsx?$/.test(specifier) || !known.has(to))
      .map(({ from, specifier }) => `${from}: ${specifier}`)
  })

  rule('zod is imported as a namespace', 'its named export brings every locale along', () =>
    files.filter(({ text }) => /import \{ z \} from 'zod'/.test(text)).map(({ path }) => path),
  )

  /** Packages that one file may import, each for a reason. */
  const PACKAGES: ReadonlyMap<string, string> = new Map([
    // Workers have no Argon2. Only its compiled module is taken, which imports nothing.
    ['src/passwords/argon2id.ts', '@phi-ag/argon2/argon2.wasm'],
    // Hashes of other systems; the entry for browsers, since the other loads node:crypto at every start.
    ['src/passwords/imported.ts', 'bcrypt-ts/browser'],
  ])

  rule(
    'only hono, jose, zod and the platform are imported',
    'another dependency needs a decision',
    () =>
      imports
        .filter(({ specifier }) => !specifier.startsWith('.'))
        .filter(({ specifier }) => !/^(hono|jose|zod|cloudflare:workers)(\/|$)/.test(specifier))
        .filter(({ from, specifier }) => PACKAGES.get(from) !== specifier)
        .filter(
          ({ from, specifier }) =>
            !(roomOf(from) === 'tools' && /^(node:|wrangler$)/.test(specifier)),
        )
        .map(({ from, specifier }) => `${from}: ${specifier}`),
  )
})

describe('what stands in one place only', () => {
  rule(
    'passwords are hashed and verified by the objects',
    'the work must not stand in the way of a token',
    () =>
      ours
        .filter(({ to }) => /^src\/passwords\/(verify|argon2id)\.ts$/.test(to))
        .filter(({ from }) => !['passwords', 'state'].includes(roomOf(from)))
        .map(({ from, to }) => `${from} → ${to}`),
  )

  rule(
    'the clock is read in platform/clock.ts',
    'evaluators take the time as an argument',
    places(/\bDate\.now\(|\bnew Date\(\s*\)|\bperformance\.now\(/, (file) => {
      return isTool(file) || only('src/platform/clock.ts')(file)
    }),
  )

  rule(
    'randomness comes from platform/random.ts',
    'there is one source to look at',
    places(/\bgetRandomValues\b|\brandomUUID\b|\bMath\.random\b/, (file) => {
      return only('src/platform/random.ts')(file)
    }),
  )

  rule(
    'lines for the operator are written by platform/log.ts',
    'it knows what must never be written',
    places(/\bconsole\b/, (file) => isTool(file) || only('src/platform/log.ts')(file)),
  )

  rule(
    'the network is reached by platform/guarded-fetch.ts',
    'every way out is guarded',
    places(/(?<![.\w])fetch\(/, (file) => {
      return isTool(file) || only('src/platform/guarded-fetch.ts', 'src/index.ts')(file)
    }),
  )

  rule(
    'D1 is asked by the store',
    'a row never leaves its file',
    places(/\.prepare\(/, (file) => roomOf(file.path) === 'store'),
  )
})

describe('what is never written', () => {
  rule('SELECT *', 'columns are named where they are read', () =>
    [...files, ...migrations].filter(({ text }) => /SELECT \*/i.test(text)).map(({ path }) => path),
  )
  rule(
    'TODO, FIXME, XXX',
    'work left over has an issue',
    places(/\b(TODO|FIXME|XXX)\b/, nowhere, true),
  )
  rule('any', 'it turns the compiler off', places(/(?:[:<,|&(]|\bas)\s*any\b|\bany\[\]/, nowhere))
  rule('a switched-off check', 'what is checked is checked', () =>
    places(/@ts-(ignore|nocheck|expect-error)|(es|ox)lint-disable/, nowhere, true)(),
  )

  const EMPTY = /Manager|Helper|Util(s|ity)?|Service|Info(rmation)?/
  rule('file names and exports that say nothing', 'a name says what a thing is', () => {
    const named = files
      .filter(({ path }) =>
        /(^|[-/])(manager|helper|util|utils|service|info)s?([-./]|$)/.test(path),
      )
      .map(({ path }) => path)
    const exported = files.flatMap(({ path, bare }) =>
      [...bare.matchAll(/^export (?:declare |abstract |async |default )*\w+\*? (\w+)/gm)]
        .filter(([, name]) => EMPTY.test(name!))
        .map(([, name]) => `${path}: ${name}`),
    )
    return [...named, ...exported]
  })
})

describe('how long things are', () => {
  rule('a file has at most 300 lines', 'it can be read in one go', () =>
    files
      .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > 300)
      .map(({ path, lines }) => `${path}: ${lines}`),
  )

  rule('a function has at most 70 lines', 'it fits on a screen', () =>
    files.flatMap((file) =>
      functionLengths(file)
        .filter(({ lines }) => lines > 70)
        .map(({ line, lines }) => `${file.path}:${line}: ${lines}`),
    ),
  )

  rule('a line has at most 120 characters', 'it is read without scrolling', () =>
    files.flatMap(({ path, text, bare }) => {
      const code = bare.split('\n')
      return text.split('\n').flatMap((line, at) => {
        // A sentence in quotes is not broken, so what counts is the line without what stands in them.
        const written = (code[at] ?? '').replaceAll(/(['"`]) +(['"`])/g, '$1$2').trimEnd()
        const isSentence = /['"`] {40,}['"`]/.test(code[at] ?? '') && written.length <= 120
        return line.length > 120 && !isSentence ? [`${path}:${at + 1}: ${line.length}`] : []
      })
    }),
  )
})

describe('the rules themselves', () => {
  it('look at every room', () => {
    expect(files.length).toBeGreaterThan(60)
    expect(ours.length).toBeGreaterThan(200)
    expect(migrations.length).toBeGreaterThan(0)
  })

  it('see an import in each of its forms, and whether it is of types only', () => {
    const code = [
      `import { a } from './a.ts'`,
      `import type { b } from './b.ts'`,
      `import {\n  type c,\n  d,\n} from './c.ts'`,
      `export { e } from './e.ts'`,
      `import './f.ts'`,
      `const g = await import('./g.ts')`,
    ].join('\n')
    const seen = importsOf({ path: 'src/x/y.ts', text: code, code, bare: code })
    expect(seen.map(({ to, typeOnly }) => `${to} ${typeOnly}`)).toEqual([
      'src/x/a.ts false',
      'src/x/b.ts true',
      'src/x/c.ts false',
      'src/x/e.ts false',
      'src/x/f.ts false',
      'src/x/g.ts false',
    ])
  })

  it('find a circle, and none where there is none', () => {
    expect(cycleIn(new Map([['a', ['b', 'c']], ['b', ['c']], ['c', ['a']]]))).toEqual(['a', 'b', 'c', 'a']) // prettier-ignore
    expect(cycleIn(new Map([['a', ['b', 'c']], ['b', ['c']], ['c', []]]))).toBeNull() // prettier-ignore
  })

  it('count the lines of a function', () => {
    const bare = 'function f(a: string): Promise<void> {\n  if (a) {\n  }\n}\nconst t = {\n}\n'
    const file = { path: 'x', text: bare, code: bare, bare }
    expect(functionLengths(file)).toEqual([
      { line: 2, lines: 2 },
      { line: 1, lines: 4 },
    ])
  })
})
