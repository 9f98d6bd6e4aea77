/** How long a verifier's isolate remembers the proofs that it took. */
import { expect, it } from 'vitest'
import { limits } from '../../../src/platform/limits.ts'
import { UsedProofs } from '../../../src/verifier/used-proofs.ts'

const PROOF = { jkt: 'key', jti: 'one', expires: 100 }

it('[RFC9449-11.1] a proof is good for one request, until it is good for none anyway', () => {
  const used = new UsedProofs()
  expect(used.use(PROOF, {}, 50)).toBe(true)
  expect(used.use(PROOF, {}, 50)).toBe(false)
  expect(used.use(PROOF, {}, 99)).toBe(false)
  expect(used.use({ ...PROOF, expires: 150 }, {}, 99)).toBe(false)
  expect(used.use({ ...PROOF, expires: 150 }, {}, 100)).toBe(true)
  expect(used.use({ ...PROOF, expires: 150 }, {}, 149)).toBe(false)
})

it('the same request may be asked about again, and no other may use what it used', () => {
  const used = new UsedProofs()
  const request = {}
  expect(used.use(PROOF, request, 50)).toBe(true)
  expect(used.use(PROOF, request, 50)).toBe(true)
  expect(used.use(PROOF, {}, 50)).toBe(false)
  expect(used.use({ ...PROOF, jti: 'two' }, {}, 50)).toBe(true)
  expect(used.use({ ...PROOF, jti: 'two' }, request, 50)).toBe(false)
})

it('the names that one client chooses are no matter to another', () => {
  const used = new UsedProofs()
  expect(used.use(PROOF, {}, 50)).toBe(true)
  expect(used.use({ ...PROOF, jkt: 'other' }, {}, 50)).toBe(true)
})

it('the memory is bounded: the oldest is forgotten first', () => {
  const used = new UsedProofs()
  for (let count = 0; count <= limits.proofsKeptMax; count++)
    used.use({ ...PROOF, jti: String(count) }, {}, 50)
  expect(used.use({ ...PROOF, jti: '1' }, {}, 50)).toBe(false)
  expect(used.use({ ...PROOF, jti: String(limits.proofsKeptMax) }, {}, 50)).toBe(false)
  expect(used.use({ ...PROOF, jti: '0' }, {}, 50)).toBe(true)
})
