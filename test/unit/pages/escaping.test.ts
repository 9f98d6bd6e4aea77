/** Whatever somebody called themselves, their app or their scope, a page keeps its shape and its policy. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { embeddedJson } from '../../../src/pages/post-message.tsx'
import { markupOf, pageNames, pages, plain, policyOf } from '../support/pages.ts'

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onfocus='alert(1)",
  '</title></style></script><!--',
  '</textarea>{app}{name}&lt;&#60;',
  'red;}</style><script>',
  'a; script-src *',
  '\u2028\u2029\u202E',
  '',
]

const hostile = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(...HOSTILE),
  fc.tuple(fc.constantFrom(...HOSTILE), fc.string()).map((parts) => parts.join('')),
)

/** Addresses that would run, show or load something if they were taken as they stand. */
const address = fc.oneof(
  hostile,
  fc.webUrl(),
  fc.constantFrom(
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'https://a;script-src/',
    "https://a'unsafe-inline'/",
    'http://insecure.example/logo.png',
    'https://user:secret@[::1]/"><script>',
  ),
)

/** Runs of the shape alone: pages are made whole, and each run makes one. */
const RUNS = { numRuns: 60 }

describe.each(pageNames)('%s', (name) => {
  const make = pages[name]

  it('has the same tags and the same policy whatever the texts are', async () => {
    const quiet = await make({ ...plain, text: 'quiet' })
    const expected = markupOf(await quiet.text()).skeleton
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        // A colour is a text that is meant to change the look.
        fc.pre(!/^#([0-9a-f]{3}){1,2}$/i.test(text))
        const page = await make({ ...plain, text })
        expect(markupOf(await page.text()).skeleton).toEqual(expected)
        expect(page.headers.get('content-security-policy')).toBe(
          quiet.headers.get('content-security-policy'),
        )
      }),
      RUNS,
    )
  })

  it('links to the web only, loads https images only, and its policy names origins only', async () => {
    await fc.assert(
      fc.asyncProperty(address, async (uri) => {
        const page = await make({ ...plain, uri })
        const { attributes } = markupOf(await page.text())
        for (const [attribute, value] of attributes) {
          if (attribute === 'a href') expect(value).toMatch(/^(https?:\/\/|\/(?!\/))/)
          if (attribute === 'img src') expect(value).toMatch(/^https:\/\//)
        }
        const images = policyOf(page).get('img-src') ?? 'https://none'
        expect(images).toMatch(/^https:\/\/[a-z0-9._-]+(:\d+)?$/)
        expect([...policyOf(page).keys()].filter((key) => key !== 'img-src')).toEqual(
          [...policyOf(await make(plain)).keys()].filter((key) => key !== 'img-src'),
        )
      }),
      RUNS,
    )
  })

  it('has no handler, no inline style and nothing from elsewhere', async () => {
    const { attributes } = markupOf(await (await make(plain)).text())
    const names = attributes.map(([attribute]) => attribute.split(' ')[1])
    expect(names.filter((attribute) => /^(on|style$|srcdoc$)/.test(attribute!))).toEqual([])
    expect(
      attributes.filter(([attribute]) => /^(script|link) (src|href)$/.test(attribute)),
    ).toEqual([])
  })
})

describe('values come back as they were', () => {
  const field = (html: string, name: string): string => {
    const { attributes } = markupOf(html)
    const at = attributes.findIndex(([key, value]) => key === 'input name' && value === name)
    return attributes[at + 1]![1]
  }

  it('[form-post-2] in the hidden inputs of a form_post answer', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const html = await (await pages.formPost({ ...plain, text })).text()
        expect(field(html, 'code')).toBe(text)
        expect(field(html, 'state')).toBe(text)
      }),
      RUNS,
    )
  })

  it('in the data of an okta_post_message answer', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const html = await (await pages.oktaPostMessage({ ...plain, text })).text()
        expect(JSON.parse(markupOf(html).scripts[0]!)).toEqual({
          origin: 'https://atlas.example',
          data: { code: text, state: text },
        })
      }),
      RUNS,
    )
  })

  it('as JSON that holds nothing that could end a script, begin a comment or end a line', () => {
    fc.assert(
      fc.property(fc.json(), hostile, (json, text) => {
        const value = { json: JSON.parse(json) as unknown, [text]: text }
        const embedded = embeddedJson(value)
        expect(embedded).not.toMatch(/[<>&\u2028\u2029]/)
        expect(JSON.parse(embedded)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})
