/** What tokens are signed with in the benchmark. */

export const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const
export type Algorithm = (typeof ALGORITHMS)[number]

export const byAlgorithm = <T>(of: (alg: Algorithm) => T): Readonly<Record<Algorithm, T>> =>
  Object.fromEntries(ALGORITHMS.map((alg) => [alg, of(alg)])) as Record<Algorithm, T>
