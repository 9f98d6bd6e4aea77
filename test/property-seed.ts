/** Properties draw the same cases in every run, so that a red one is about the change; PROPERTY_SEED draws others. */
import fc from 'fast-check'
import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    readonly propertySeed: number
  }
}

fc.configureGlobal({ seed: inject('propertySeed') })
