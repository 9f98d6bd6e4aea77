/**
 * Makes the global objects count (tally.ts). A module of its own, because the product's modules must
 * be evaluated after it.
 */
import { countGlobals } from './tally.ts'

countGlobals()
