/** What several pages are made of. */
import type { Child } from 'hono/jsx'
import { imageOf, linkUri } from './addresses.ts'
import type { PresentedApp, PresentedUser } from './branding.ts'
import type { Messages } from './messages.ts'

const SLOT = /\{(?:app|name)\}/

/** A sentence of the table with what belongs in its slot. */
export function Sentence({ text, slot }: { readonly text: string; readonly slot: Child }) {
  const [before, after = null] = text.split(SLOT)
  return (
    <>
      {before}
      {after === null ? null : slot}
      {after}
    </>
  )
}

/** The same for where no markup can stand. */
export const sentence = (text: string, slot: string): string => text.replace(SLOT, () => slot)

/** A link that leads away: plain text when the URI does not lead to the web. */
export function Away({ uri, children }: { readonly uri: string | null; readonly children: Child }) {
  const href = linkUri(uri)
  if (href === null) return <>{children}</>
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  )
}

/** The name of an app, whatever its script and direction. */
export const AppName = ({ app }: { readonly app: PresentedApp }) => (
  <strong>
    <bdi>{app.label}</bdi>
  </strong>
)

const initialOf = (name: string): string => [...name.trim()][0]?.toUpperCase() ?? '·'

/** The app's logo, or its initial. The name stands beside it, so it says nothing to a reader of the screen. */
export function AppTile({ app }: { readonly app: PresentedApp }) {
  const logo = imageOf(app.logoUri)
  if (logo === null) {
    return (
      <div class="tile" aria-hidden="true">
        {initialOf(app.label)}
      </div>
    )
  }
  return (
    <div class="tile logo">
      <img src={logo.uri} alt="" width="56" height="56" />
    </div>
  )
}

/** A circle with somebody's initial. */
export const Face = ({ user }: { readonly user: PresentedUser }) => (
  <div class="tile round" aria-hidden="true">
    {initialOf(user.name)}
  </div>
)

/** Who is signed in. */
export const Person = ({
  user,
  messages,
}: {
  readonly user: PresentedUser
  readonly messages: Messages
}) => (
  <div class="person">
    <Face user={user} />
    <span>
      <small>{messages.signedInAs}</small>
      <bdi>{user.login}</bdi>
    </span>
  </div>
)

/** Hidden inputs. */
export const Fields = ({ fields }: { readonly fields: Readonly<Record<string, string>> }) => (
  <>
    {Object.entries(fields).map(([name, value]) => (
      <input type="hidden" name={name} value={value} />
    ))}
  </>
)

const PATHS = {
  check: 'M5 12.5l4.5 4.5L19 7.5',
  attention: 'M12 7.5v5.5m0 3.4v.1M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  clock: 'M12 7v5.2l3.4 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  leave: 'M14 4.5H7A1.5 1.5 0 0 0 5.5 6v12A1.5 1.5 0 0 0 7 19.5h7M10.5 12h9m-3-3.2 3.2 3.2-3.2 3.2',
} as const

/** A drawing of one line. */
export const Icon = ({ name }: { readonly name: keyof typeof PATHS }) => (
  <svg viewBox="0 0 24 24" fill="none" aria-hidden="true">
    <path
      d={PATHS[name]}
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  </svg>
)

/** What was wrong with the last attempt, read out at once. */
export const Alert = ({ id, text }: { readonly id: string; readonly text: string }) => (
  <div class="alert" role="alert" id={id}>
    <Icon name="attention" />
    <span>{text}</span>
  </div>
)
