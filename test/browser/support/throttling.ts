/** Attempts enough that an address has to wait, made without a browser. */
import { limits } from '../../../src/platform/limits.ts'

/** Which address a request comes from, as the edge would say. */
export const from = (address: string): Readonly<Record<string, string>> => ({
  'cf-connecting-ip': address,
})

const AT_ONCE = 10

/** Nobody's password, which is seen without any work. */
const TOO_LONG = 'y'.repeat(5000)

/** Signs in to nobody as often as one address may. */
export async function exhaust(origin: string, address: string): Promise<void> {
  const page = await fetch(`${origin}/signin`, { headers: from(address) })
  const cookie = page.headers.getSetCookie().map((text) => text.split(';', 1)[0])
  const transaction = /name="transaction" value="([^"]+)"/.exec(await page.text())?.[1] ?? ''
  const attempt = async (at: number): Promise<void> => {
    const response = await fetch(`${origin}/signin`, {
      method: 'POST',
      headers: { ...from(address), cookie: cookie.join('; ') },
      body: new URLSearchParams({ transaction, identifier: `nobody-${at}`, password: TOO_LONG }),
    })
    await response.arrayBuffer()
  }
  for (let at = 0; at < limits.attemptsPerAddressMax; at += AT_ONCE)
    await Promise.all(Array.from({ length: AT_ONCE }, (_, more) => attempt(at + more)))
}
