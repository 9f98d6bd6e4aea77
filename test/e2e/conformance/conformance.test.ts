/**
 * Mirrors of the OpenID conformance plans that the product commits to, at the org server and at a custom one. Each
 * module is a test that begins with the section it is about and goes by the suite's name.
 */
import { afterAll, beforeAll, describe } from 'vitest'
import { basicModules } from './basic-modules.ts'
import { configModules } from './config-modules.ts'
import { deploy, KINDS, type Deployment } from './deployment.ts'
import { frontChannelModules } from './front-channel-modules.ts'
import { logoutModules } from './logout-modules.ts'

let deployment: Deployment
const deployed = (): Deployment => deployment

beforeAll(async () => {
  deployment = await deploy()
})

afterAll(() => deployment.stop())

describe.each(KINDS)('at the %s server', (kind) => {
  describe('oidcc-config-certification-test-plan', () => configModules(deployed, kind))

  describe('oidcc-basic-certification-test-plan', () => basicModules(deployed, kind, 'query'))

  describe('oidcc-formpost-basic-certification-test-plan', () =>
    basicModules(deployed, kind, 'form_post'))

  describe('oidcc-implicit- and oidcc-hybrid-certification-test-plan, and by form_post', () =>
    frontChannelModules(deployed, kind))

  describe.concurrent('oidcc-rp-initiated-logout-certification-test-plan', () =>
    logoutModules(deployed, kind),
  )
})
