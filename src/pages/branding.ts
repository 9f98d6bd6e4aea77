/** What pages say about the org and the app, and what every page is told. */
import type { Client } from '../domain/client.ts'
import { displayNameOf, type User } from '../domain/user.ts'
import type { Messages } from './messages.ts'

/** How the org presents itself. */
export interface Branding {
  readonly orgName: string
  /** `#rgb` or `#rrggbb`; corrected where text on it could not be read. Null: ours. */
  readonly accentColor: string | null
  /** Shown only when it is an https URI. */
  readonly logoUri: string | null
  /** Where people find help (`endUserSupportHelpURL`). */
  readonly helpUri: string | null
}

/** How an app presents itself to the people who sign in to it. */
export interface PresentedApp {
  readonly label: string
  /** Shown only when it is an https URI. */
  readonly logoUri: string | null
  readonly clientUri: string | null
  readonly tosUri: string | null
  readonly policyUri: string | null
}

/** The person in front of the page. */
export interface PresentedUser {
  readonly name: string
  readonly login: string
}

/** A person as pages name them. */
export const presentedUser = ({ profile }: Pick<User, 'profile'>): PresentedUser => ({
  name: displayNameOf({ profile }),
  login: String(profile['login']),
})

/** What every page is told. */
export interface PageProps {
  readonly branding: Branding
  /** The language, as `chooseMessages` found it. */
  readonly messages: Messages
}

/** The app of a client. */
export const presentedApp = ({ label, flows }: Client): PresentedApp => ({
  label,
  logoUri: flows.logoUri,
  clientUri: flows.clientUri,
  tosUri: flows.tosUri,
  policyUri: flows.policyUri,
})
