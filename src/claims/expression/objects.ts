/** The objects that an expression can read, and what is said of those of Okta's that are not there. */
const ATTRIBUTES: ReadonlySet<string> = new Set([
  'app.id',
  'app.clientId',
  'app.label',
  'access.scope',
  'appuser.userName',
  'org.subDomain',
])

/** Objects of which any attribute can be read, whether something has it or not. */
const OPEN: readonly (readonly string[])[] = [['app', 'profile'], ['user']]

/** Objects that stand for themselves where they are compared, because there may be none. */
const COMPARED: ReadonlySet<string> = new Set(['user', 'appuser'])

const ABSENT: ReadonlyMap<string, string> = new Map([
  ['org', 'of the org, org.subDomain can be read'],
  ['session', 'sessions can be read in SAML only'],
  ['appuser', 'of the user of an app, appuser.userName can be read'],
  ['idpuser', 'there are no identity providers outside'],
  ['group', 'expressions cannot ask for groups'],
])

const EXPECTED =
  'expected a literal, a function, user.*, user.getInternalProperty("id"), appuser.userName, app.id, app.clientId, app.label, app.profile.*, access.scope or org.subDomain'

export const isAttribute = (path: readonly string[]): boolean =>
  ATTRIBUTES.has(path.join('.')) ||
  OPEN.some(
    (object) => path.length > object.length && object.every((name, at) => path[at] === name),
  )

/** Whether a path names a whole object. */
export const isObject = (path: readonly string[]): boolean =>
  path.length === 1 && COMPARED.has(path[0]!)

/** The sentence that refuses a path. */
export function absence(path: readonly string[]): string {
  const reason = isObject(path)
    ? 'as a whole it can only be compared'
    : (ABSENT.get(path[0]!) ?? EXPECTED)
  return `"${path.join('.')}" is not available; ${reason}`
}
