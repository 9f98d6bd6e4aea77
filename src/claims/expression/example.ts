/** The situation that the examples of the reference are evaluated in: a person who signs in to an app. */
import type { ExpressionScope, Surroundings } from './evaluate.ts'

export const EXAMPLE_SCOPE: ExpressionScope = {
  app: {
    id: '0oa1',
    clientId: 'client-1',
    label: 'Billing',
    profile: {
      region: 'eu',
      level: 3,
      empty: '',
      nothing: null,
      active: false,
      tags: ['a', 'b'],
      deep: { er: { value: 7 } },
      people: [{ name: 'Ann' }, { nickname: 'Bea' }],
    },
  },
  access: { scope: ['read', 'write'] },
  org: { name: 'Acme', subDomain: 'acme' },
  user: { login: 'ada@example.com', email: 'ada@example.com', tags: ['x', 'y'], cleared: '' },
  appuser: { userName: 'ada', costCenter: 'R-17' },
  session: { amr: ['pwd'] },
}

export const EXAMPLE_SURROUNDINGS: Surroundings = {
  internal: { id: '00u1', status: 'ACTIVE' },
  groups: [
    { id: '00g1all', name: 'Everyone', description: null, type: 'BUILT_IN' },
    {
      id: '00g1it',
      name: 'IT Admins',
      description: 'Who may do anything',
      type: 'OKTA_GROUP',
    },
    { id: '00g1sf', name: 'San Francisco', description: null, type: 'OKTA_GROUP' },
  ],
  linked: { manager: { login: 'grace@example.com', email: 'grace@example.com', tags: ['x'] } },
  isCodeFlow: true,
  // 7 November 2014, 19:00 UTC.
  nowMillis: 1_415_386_800_000,
}
