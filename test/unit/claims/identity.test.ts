/** Standard claims of a person: of the types of OpenID Connect Core §5.1, each with its scope or name, and never empty. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  compileIdentity,
  IDENTITY_CLAIM_NAMES,
  identityClaims,
  scopeOfClaim,
  STANDARD_IDENTITY,
  type Disclosure,
} from '../../../src/claims/identity.ts'
import { systemClaims } from '../../../src/domain/claim.ts'
import type { ProfileValues } from '../../../src/domain/user-profile.ts'
import { anyText } from '../support/arbitraries.ts'
import { aPerson } from '../support/builders.ts'

const ALL = ['profile', 'email', 'address', 'phone']

const disclosure = (changes: Partial<Disclosure> = {}): Disclosure => ({
  scopes: ALL,
  names: [],
  isThin: false,
  ...changes,
})

const told = (profile: ProfileValues, changes: Partial<Disclosure> = {}) =>
  identityClaims(aPerson({ profile }), STANDARD_IDENTITY, disclosure(changes))

/** Attributes that claims are made of. */
const ATTRIBUTES = 'login email firstName lastName middleName displayName nickName profileUrl picture website gender birthdate timezone locale primaryPhone postalAddress streetAddress city state zipCode countryCode'.split(' ') // prettier-ignore

const value = fc.oneof(
  anyText,
  fc.constantFrom('', ' ', '\t', 'x', '1815-12-10'),
  fc.constant(null),
  fc.boolean(),
  fc.double(),
  fc.array(fc.string()),
)

const profiles = fc.dictionary(fc.constantFrom(...ATTRIBUTES), value) as fc.Arbitrary<ProfileValues>

const disclosures = fc.record({
  scopes: fc.subarray(['openid', 'offline_access', ...ALL]),
  names: fc.subarray([...IDENTITY_CLAIM_NAMES]),
  isThin: fc.boolean(),
})

const WHOLE: ProfileValues = {
  login: 'ada@example.com',
  email: 'ada@mail.example',
  firstName: 'Ada',
  middleName: 'King',
  lastName: 'Lovelace',
  nickName: 'Enchantress',
  profileUrl: 'https://ada.example/',
  picture: 'https://ada.example/face.png',
  website: 'https://ada.example/site',
  gender: 'female',
  birthdate: '1815-12-10',
  timezone: 'Europe/London',
  locale: 'en_GB',
  primaryPhone: '+44 20 7946 0000',
  postalAddress: '12 St James Square\nLondon',
  streetAddress: '12 St James Square',
  city: 'London',
  state: 'England',
  zipCode: 'SW1Y',
  countryCode: 'GB',
}

describe('[OIDC-5.1] the claims of a person', () => {
  it('come from the profile', () => {
    expect(told(WHOLE)).toEqual({
      name: 'Ada Lovelace',
      nickname: 'Enchantress',
      preferred_username: 'ada@example.com',
      given_name: 'Ada',
      middle_name: 'King',
      family_name: 'Lovelace',
      profile: 'https://ada.example/',
      picture: 'https://ada.example/face.png',
      website: 'https://ada.example/site',
      gender: 'female',
      birthdate: '1815-12-10',
      zoneinfo: 'Europe/London',
      locale: 'en-GB',
      updated_at: 1,
      email: 'ada@mail.example',
      email_verified: true,
      phone_number: '+44 20 7946 0000',
      phone_number_verified: false,
      address: {
        formatted: '12 St James Square\nLondon',
        street_address: '12 St James Square',
        locality: 'London',
        region: 'England',
        postal_code: 'SW1Y',
        country: 'GB',
      },
    })
    expect(IDENTITY_CLAIM_NAMES.toSorted()).toEqual(Object.keys(told(WHOLE)).toSorted())
  })

  it('[OIDC-5.3.2] are never null, never empty and of the type that each has, whatever the profile', () => {
    fc.assert(
      fc.property(profiles, disclosures, (profile, asked) => {
        for (const [name, claim] of Object.entries(told(profile, asked))) {
          const type = TYPES[name] ?? 'string'
          expect([name, typeof claim]).toEqual([name, type])
          const texts = typeof claim === 'object' ? Object.values(claim as object) : [claim]
          expect(texts).not.toHaveLength(0)
          for (const text of texts) if (typeof text === 'string') expect(text.trim()).not.toBe('')
        }
      }),
    )
  })

  it('[OIDC-5.4] are each told for its scope or by its name, and for nothing else', () => {
    fc.assert(
      fc.property(disclosures, ({ scopes, names, isThin }) => {
        const claims = told(WHOLE, { scopes, names, isThin })
        for (const name of IDENTITY_CLAIM_NAMES) {
          const isByScope = scopes.includes(scopeOfClaim(STANDARD_IDENTITY, name)!)
          const isHere = !isThin || ALWAYS.includes(name)
          const isTold = names.includes(name) || (isByScope && isHere)
          expect([name, name in claims]).toEqual([name, isTold])
        }
      }),
    )
  })

  it.each([
    ['1815-12-10', '1815-12-10'],
    ['0000-12-10', '0000-12-10'],
    ['1815', '1815'],
    ['10.12.1815', undefined],
    ['1815-12', undefined],
    ['', undefined],
  ])('of a birthdate %j', (birthdate, claim) => {
    expect(told({ ...WHOLE, birthdate })['birthdate']).toBe(claim)
  })

  it('say of a telephone number that nobody has looked at it, and nothing without one', () => {
    expect(told({ primaryPhone: ' ' })).not.toHaveProperty('phone_number_verified')
    expect(told({ login: 'a' })).not.toHaveProperty('email_verified')
  })
})

const TYPES: Readonly<Record<string, string>> = {
  updated_at: 'number',
  email_verified: 'boolean',
  phone_number_verified: 'boolean',
  address: 'object',
}

const ALWAYS = ['name', 'preferred_username', 'email']

describe('the identity claims of a server', () => {
  const changed = (name: string, changes: object) =>
    compileIdentity(
      systemClaims('aus1').map((claim) => (claim.name === name ? { ...claim, ...changes } : claim)),
    )

  it('are those that are active', () => {
    const identity = changed('nickname', { status: 'INACTIVE' })
    const claims = identityClaims(aPerson({ profile: WHOLE }), identity, disclosure({ names: ['nickname'] })) // prettier-ignore
    expect([claims['nickname'], claims['name']]).toEqual([undefined, 'Ada Lovelace'])
    expect(scopeOfClaim(identity, 'nickname')).toBeNull()
  })

  it('are in thin tokens when the server always includes them', () => {
    const identity = changed('address', { alwaysIncludeInToken: true })
    const thin = identityClaims(aPerson({ profile: WHOLE }), identity, disclosure({ isThin: true }))
    expect(Object.keys(thin)).toEqual(['name', 'preferred_username', 'email', 'address'])
  })

  it('are of the standard only, with the scope that carries each', () => {
    expect(scopeOfClaim(STANDARD_IDENTITY, 'phone_number_verified')).toBe('phone')
    for (const name of ['sub', 'iss', 'aud', 'password', '__proto__', 'constructor'])
      expect(scopeOfClaim(STANDARD_IDENTITY, name)).toBeNull()
  })
})
