/** Signs somebody in at a peer as a browser would: by following it from the authorization request back to the app. */
import { CALLBACK, sendOne } from '../client-flows.ts'

const REDIRECTS_MAX = 10

/** The cookies that the browser has then. */
export async function signedIn(origin: string, start: string): Promise<string> {
  const jar = new Map<string, string>()
  let path = start
  for (let hops = 0; hops < REDIRECTS_MAX; hops++) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers: Record<string, string> = cookie === '' ? {} : { cookie }
    const answer = await sendOne(origin, { method: 'GET', path, headers, body: '' })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') jar.delete(name)
      else jar.set(name, value)
    }
    const location = answer.headers.get('location')
    if (location === null)
      throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
    if (location.startsWith(CALLBACK))
      return [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const next = new URL(location, origin)
    path = next.pathname + next.search
  }
  throw new Error(`${start} leads nowhere`)
}
