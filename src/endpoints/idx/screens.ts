/** What a page shows at each step, as the part of an ION document that is particular to it. */
import type { Person } from '../../domain/person.ts'
import type { PasswordRequirement } from '../../domain/password-requirement.ts'
import type { Scope } from '../../domain/scope.ts'
import { COMPLEXITY, sentenceOf } from '../../passwords/policy.ts'
import { array, object, type Field, type Form } from './ion.ts'
import { BLANK, message, messages } from './messages.ts'

export const IDX_PATH = '/idp/idx'

export type Screen =
  | { readonly at: 'identify'; readonly identifier: string | null; readonly isBlank?: boolean }
  | { readonly at: 'challenge'; readonly identifier: string }
  | {
      readonly at: 'reenroll'
      readonly person: Person
      readonly missed?: readonly PasswordRequirement[]
    }
  | {
      readonly at: 'consent'
      readonly person: Person
      readonly required: readonly Scope[]
      readonly optional: readonly Scope[]
    }

/** What a screen adds to a document. */
export interface Shown {
  readonly forms: readonly Form[]
  readonly members: Readonly<Record<string, unknown>>
}

/** The one authenticator that there is. */
export const PASSWORD = {
  type: 'password',
  key: 'okta_password',
  id: 'autpassword',
  displayName: 'Password',
  methods: [{ type: 'password' }],
} as const

const OF_PASSWORD = { relatesTo: ['$.currentAuthenticator'] }

const passcode = (label: string, more: Partial<Field> = {}): Field => ({
  name: 'credentials',
  type: 'object',
  required: true,
  form: { value: [{ name: 'passcode', label, secret: true, ...more }] },
})

export const presentedPerson = ({ id, profile }: Person) =>
  object({
    id,
    identifier: profile['login'],
    profile: {
      firstName: profile['firstName'] ?? null,
      lastName: profile['lastName'] ?? null,
      timeZone: profile['timezone'] ?? null,
      locale: profile['locale'] ?? 'en_US',
    },
  })

type Show<At extends Screen['at']> = (
  screen: Extract<Screen, { readonly at: At }>,
  hrefOf: (call: string) => string,
) => Shown

const identify: Show<'identify'> = ({ identifier, isBlank = false }, hrefOf) => ({
  forms: [
    {
      name: 'identify',
      href: hrefOf('identify'),
      fields: [
        {
          name: 'identifier',
          label: 'Username',
          required: true,
          ...(identifier !== null && { value: identifier }),
          ...(isBlank && { messages: BLANK }),
        },
        passcode('Password'),
      ],
    },
  ],
  members: {},
})

/** Nothing of it depends on whether anybody is called so. */
const challenge: Show<'challenge'> = ({ identifier }, hrefOf) => {
  const fixed = { required: true, mutable: false } as const
  const choice: Field = {
    name: 'authenticator',
    type: 'object',
    options: [
      {
        label: PASSWORD.displayName,
        relatesTo: '$.authenticators.value[0]',
        value: {
          form: {
            value: [
              { name: 'id', value: PASSWORD.id, ...fixed },
              { name: 'methodType', value: PASSWORD.type, required: false, mutable: false },
            ],
          },
        },
      },
    ],
  }
  return {
    forms: [
      {
        name: 'challenge-authenticator',
        href: hrefOf('challenge/answer'),
        fields: [passcode('Password')],
        more: OF_PASSWORD,
      },
      {
        name: 'select-authenticator-authenticate',
        href: hrefOf('challenge'),
        fields: [choice],
      },
    ],
    members: {
      currentAuthenticator: object(PASSWORD),
      authenticators: array([PASSWORD]),
      user: object({ identifier }),
    },
  }
}

const reenroll: Show<'reenroll'> = ({ person, missed = [] }, hrefOf) => {
  const faults = missed.map((one) => message(`password.${one}`, `The password ${sentenceOf(one)}`))
  const authenticator = { ...PASSWORD, settings: { complexity: COMPLEXITY } }
  return {
    forms: [
      {
        name: 'reenroll-authenticator',
        href: hrefOf('challenge/answer'),
        fields: [
          passcode('New password', faults.length > 0 ? { messages: messages(...faults) } : {}),
        ],
        more: OF_PASSWORD,
      },
    ],
    members: {
      currentAuthenticator: object(authenticator),
      enrollmentAuthenticator: object(authenticator),
      user: presentedPerson(person),
    },
  }
}

const labelOf = ({ displayName, name }: Scope): string => displayName ?? name

/** Scopes that may be left out have a box each; else the whole is given or not. */
const consent: Show<'consent'> = ({ person, required, optional }, hrefOf) => {
  const scopes = [...required, ...optional]
  const form =
    optional.length === 0
      ? {
          name: 'consent',
          fields: [{ name: 'consent', type: 'boolean', required: true } as const],
          more: {
            scopes: scopes.map((scope) => ({
              name: scope.name,
              label: labelOf(scope),
              value: scope.name,
              desc: scope.description ?? '',
            })),
          },
        }
      : { name: 'granular-consent', fields: granular(required, optional) }
  return {
    forms: [{ ...form, href: hrefOf('consent') }],
    members: { user: presentedPerson(person) },
  }
}

const granular = (required: readonly Scope[], optional: readonly Scope[]): readonly Field[] => {
  const box = (scope: Scope, isFixed: boolean): Field => ({
    name: scope.name,
    label: labelOf(scope),
    type: 'boolean',
    required: isFixed,
    value: true,
    desc: scope.description ?? '',
    // The widget hides what is fixed unless it is said, and lets nobody change what does not say that it can be.
    visible: true,
    mutable: !isFixed,
  })
  return [
    { name: 'consent', type: 'boolean', required: true, visible: false },
    {
      name: 'optedScopes',
      type: 'object',
      form: {
        value: [
          ...required.map((scope) => box(scope, true)),
          ...optional.map((scope) => box(scope, false)),
        ],
      },
    },
  ]
}

const SCREENS: { readonly [At in Screen['at']]: Show<At> } = {
  identify,
  challenge,
  reenroll,
  consent,
}

export const shownOf = (screen: Screen, hrefOf: (call: string) => string): Shown =>
  (SCREENS[screen.at] as Show<Screen['at']>)(screen as never, hrefOf)
