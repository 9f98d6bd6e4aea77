/**
 * What takes part in the usual run: an authorization server under load, and what it offers of each row of the tables.
 * The rows of one round stand in the order in which one makes what the next one needs.
 */
import { postForm, tokenFlow } from './client-flows.ts'
import { ALGORITHMS, type Algorithm, type TokenEndpoint } from './endpoints.ts'
import type { Flow } from './people-load.ts'

export type RowName =
  | `client_credentials ${Algorithm}`
  | 'discovery'
  | 'JWKS'
  | 'authorize with a session'
  | 'code redemption'
  | 'refresh'
  | 'refresh, not rotated'
  | 'userinfo'
  | 'introspection'
  | 'sign-in'

/** All but client_credentials are done at a server that signs with ES256. */
export const ROWS: readonly RowName[] = [
  ...ALGORITHMS.map((alg) => `client_credentials ${alg}` as const),
  'discovery',
  'JWKS',
  'authorize with a session',
  'code redemption',
  'refresh',
  'refresh, not rotated',
  'userinfo',
  'introspection',
  'sign-in',
]

/** What the rows before made in the same round at the same party. */
export interface Made {
  codes: readonly string[]
  refreshTokens: readonly string[]
}

/** Drives a flow that no figure is taken of, and gives what it collects. */
export type Prepare = (flow: Flow) => Promise<readonly string[]>

/** The requests of a row; or, in a few words, why there are none; null for what it is not there for. */
export type Offer = null | string | ((made: Made, prepare: Prepare) => Flow | Promise<Flow>)

export interface Party {
  readonly name: string
  readonly origin: string
  /** The process whose CPU time counts, with its children. */
  readonly pid: number
  readonly offers: Offers
  readonly stop: () => unknown
  /** How often it asked KV so far; left out by whoever keeps everything in the measured process without it. */
  readonly kvOperations?: () => Promise<number>
  /** What it logged last, for when something goes wrong. */
  readonly lastLines: readonly string[]
}

/** Sign-ins go one after the other, since what they cost is computing: more at once would only wait for each other. */
export const SIGN_INS = { count: 30, connections: 1 }

export type Offers = Readonly<Record<RowName, Offer>>

/** For what a party leaves out. */
export const noOffers = (because: string | null): Offers =>
  Object.fromEntries(ROWS.map((row) => [row, because])) as Record<RowName, string | null>

type TokenRow = `client_credentials ${Algorithm}`

/** client_credentials with the algorithms that a party signs with, and a word for those that it does not. */
export const tokenOffers = (
  endpoints: Readonly<Partial<Record<Algorithm, TokenEndpoint>>>,
  otherwise = 'does not sign so',
): Readonly<Record<TokenRow, Offer>> =>
  Object.fromEntries(
    ALGORITHMS.map((alg): [TokenRow, Offer] => {
      const endpoint = endpoints[alg]
      const row: TokenRow = `client_credentials ${alg}`
      return [row, endpoint === undefined ? otherwise : () => flowOf(endpoint)]
    }),
  ) as Record<TokenRow, Offer>

function flowOf({ request: { url, authorization, form } }: TokenEndpoint): Flow {
  const headers = authorization === '' ? {} : { authorization }
  const request = postForm(new URL(url).pathname, headers, Object.fromEntries(new URLSearchParams(form))) // prettier-ignore
  return tokenFlow([request], 'again')
}
