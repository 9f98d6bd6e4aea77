/** What the README links to is there, and the configurations that it documents are those that tests run. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const EXAMPLES = 'test/examples/gateways'

const linksOf = (text: string): readonly string[] =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!)

/** `## Checking tokens` → `checking-tokens`, as GitHub does it. */
const anchors = [...readme.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
  title!
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-'),
)

const section = (title: string): string =>
  new RegExp(`^## ${title}\\n(.*?)^## `, 'ms').exec(readme)?.[1] ?? ''

describe('links of the README', () => {
  const inside = linksOf(readme).filter((target) => !/^https?:/.test(target))

  it('are of this repository, some of them', () => {
    expect(inside.length).toBeGreaterThan(6)
  })

  it.each(inside)('%s leads somewhere', (target) => {
    const found = target.startsWith('#')
      ? anchors.includes(target.slice(1))
      : existsSync(join(root, target))
    expect(found).toBe(true)
  })
})

describe('threats', () => {
  const [head = '', , ...rows] = section('Security')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').slice(1, -1))

  it('there are some, and the last column says by what each answer to one is shown', () => {
    expect(rows.length).toBeGreaterThan(6)
    expect(head.at(-1)).toContain('shown by')
  })

  it.each(rows)('%s', (...cells) => {
    const shown = linksOf(cells.at(-1)!)
    expect(shown).not.toEqual([])
    expect(shown.filter((target) => !target.startsWith('test/'))).toEqual([])
  })
})

describe('configurations of consumers', () => {
  const examples = readdirSync(join(root, EXAMPLES))
  const tests = readdirSync(join(root, 'test/gateways'))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(root, 'test/gateways', name), 'utf8'))

  it('there are some', () => {
    expect(examples.length).toBeGreaterThan(6)
  })

  it.each(examples)('%s is documented', (name) => {
    expect(linksOf(section('Checking tokens'))).toContain(`${EXAMPLES}/${name}`)
  })

  it.each(examples)('%s is run by a test', (name) => {
    expect(tests.filter((text) => text.includes(`'${name}'`))).not.toEqual([])
  })

  it.each(examples)(
    '%s names no address but those of examples, and no path but of Debian',
    (name) => {
      const text = readFileSync(join(root, EXAMPLES, name), 'utf8')
      const hosts = [...text.matchAll(/https?:\/\/([^\s/"';?]+)/g)].map(([, host]) => host)
      for (const host of hosts) expect(host).toMatch(/^(\w+\.example\.com|127\.0\.0\.1:8080)$/)
      const paths =
        text.match(/(?<![\w.:/])\/(etc|usr|var|home|root|tmp|opt|work)\/[\w./-]*/g) ?? []
      for (const path of paths) expect(path).toMatch(/^\/etc\/(apache2|nginx|haproxy|ssl\/certs)\//)
    },
  )
})
