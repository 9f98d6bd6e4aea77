/**
 * Functions of the groups that the user is in. A client that acts for itself is in none. Names are compared to the
 * letter; looking at groups is paid for by their number and the length of what is compared.
 */
import type { GroupOfPerson } from '../../../domain/person.ts'
import { limits } from '../../../platform/limits.ts'
import { nameWork } from '../steps.ts'
import type { Criterion, Value } from '../tree.ts'
import { row, type Criteria, type FunctionRow, type Running } from './row.ts'

type Test<Asked> = (name: string, asked: Asked) => boolean

/** The groups, once it is paid for that texts are looked for in the names of all of them. */
function named(run: Running, texts: readonly Value[]): readonly GroupOfPerson[] {
  const all = run.groups ?? []
  for (const text of texts) run.charge(all.reduce((sum, { name }) => sum + nameWork(name, text), 0))
  return all
}

const byText: Readonly<Record<'is' | 'startsWith' | 'endsWith' | 'contains', Test<string>>> = {
  is: (name, asked) => name === asked,
  startsWith: (name, asked) => name.startsWith(asked),
  endsWith: (name, asked) => name.endsWith(asked),
  contains: (name, asked) => name.includes(asked),
}

const memberBy = (
  name: string,
  says: string,
  test: Test<string>,
  example: FunctionRow['example'],
): FunctionRow =>
  row({
    name,
    says,
    parameters: ['text'],
    result: 'boolean',
    whenNull: false,
    call: ([asked], _, run) => named(run, [asked]).some((group) => test(group.name, asked)),
    example,
  })

const isIn = (run: Running, ids: readonly Value[]): boolean => {
  const { groups } = run
  run.charge((groups?.length ?? 0) * ids.length)
  return groups?.some(({ id }) => ids.includes(id)) ?? false
}

/** What is brought is bounded, so that a token is; a code may bring as much as it says. */
const isLimit = (limit: number, isCodeFlow: boolean): boolean =>
  limit >= 1 && (isCodeFlow || limit <= limits.groupsInClaimMax)

/** Undefined for a limit that is none, and where more was found. */
const within = <Found>(found: readonly Found[], limit: number): readonly Found[] | undefined =>
  found.length <= limit ? found : undefined

const OURS = 'OKTA'

const groupsBy = (
  name: string,
  says: string,
  test: Test<string>,
  example: FunctionRow['example'],
): FunctionRow =>
  row({
    name,
    says,
    parameters: ['text', 'text', 'whole'],
    result: 'list',
    call([source, asked, limit], _, run) {
      if (!isLimit(limit, false)) return undefined
      // Groups of apps and directories are not kept here.
      const groups = source === OURS ? named(run, [asked]) : []
      const names = groups.flatMap((group) => (test(group.name, asked) ? [group.name] : []))
      return names.length === 0 ? null : within(names, limit)
    },
    example,
  })

/** A group as an expression sees it. */
export const groupValue = ({ id, name, description, type }: GroupOfPerson) => ({
  id,
  name,
  description,
  type,
  objectClass: ['okta:user_group'],
  profile: { name, description },
})

/** What a criterion looks at; null: no group here has it. */
const LOOKED_AT: Readonly<Record<Criterion, (group: GroupOfPerson) => string | null>> = {
  'group.id': ({ id }) => id,
  'group.type': ({ type }) => type,
  'group.source.id': () => null,
  'group.profile.name': ({ name }) => name,
}

/** Of each criterion any of the texts, and every criterion. */
const fits = (group: GroupOfPerson, { operator, entries }: Criteria): boolean =>
  entries.every(([criterion, texts]) => {
    const found = LOOKED_AT[criterion](group)
    const isBeginning = criterion === 'group.profile.name' && operator === 'STARTS_WITH'
    return (
      found !== null &&
      texts.some((text) =>
        isBeginning ? typeof text === 'string' && found.startsWith(text) : text === found,
      )
    )
  })

function fitting(criteria: readonly Criteria[], run: Running): readonly GroupOfPerson[] {
  const texts = criteria.flatMap(({ entries }) => entries).flatMap(([, some]) => some)
  return named(run, texts).filter((group) => criteria.every((one) => fits(group, one)))
}

export const GROUP_FUNCTIONS: readonly FunctionRow[] = [
  row({
    name: 'isMemberOfGroup',
    says: 'Whether the user is in the group with an id.',
    parameters: ['text'],
    result: 'boolean',
    whenNull: false,
    call: ([id], _, run) => isIn(run, [id]),
    example: ['isMemberOfGroup("00g1it")', true],
  }),
  row({
    name: 'isMemberOfAnyGroup',
    says: 'Whether the user is in one of the groups with these ids.',
    parameters: ['text'],
    repeated: ['text'],
    result: 'boolean',
    whenNull: false,
    call: ([id], ids, run) => isIn(run, [id, ...ids]),
    example: ['isMemberOfAnyGroup("00g1none", "00g1it")', true],
  }),
  memberBy(
    'isMemberOfGroupName',
    'Whether the user is in the group of a name.',
    byText.is,
    ['isMemberOfGroupName("IT Admins")', true], // prettier-ignore
  ),
  memberBy(
    'isMemberOfGroupNameStartsWith',
    'Whether the user is in a group whose name begins with a text.',
    byText.startsWith,
    ['isMemberOfGroupNameStartsWith("San Fr")', true],
  ),
  memberBy(
    'isMemberOfGroupNameContains',
    'Whether the user is in a group whose name has a text in it.',
    byText.contains,
    ['isMemberOfGroupNameContains("Adm")', true],
  ),
  row({
    name: 'isMemberOfGroupNameRegex',
    says: 'Whether the user is in a group whose whole name a regular expression matches.',
    parameters: ['pattern'],
    result: 'boolean',
    call: ([matcher], _, run) =>
      run.groups?.some(({ name }) => run.matches(matcher, name)) ?? false,
    example: ['isMemberOfGroupNameRegex("/.*Admins")', true],
  }),
  row({
    name: 'getFilteredGroups',
    says: 'Of those groups in a list of ids that the user is in, what an expression in quotes says of each.',
    parameters: ['list', 'ofGroup', 'whole'],
    result: 'list',
    call([ids, expression, limit], _, run) {
      const { groups, isCodeFlow } = run
      if (!isLimit(limit, isCodeFlow)) return undefined
      if (groups === null) return null
      run.charge(groups.length * ids.length)
      const wanted = new Set(ids)
      const found = within(
        groups.filter(({ id }) => wanted.has(id)),
        limit,
      )
      return found?.map((group) => run.ofGroup(expression, group))
    },
    example: ['getFilteredGroups({"00g1it", "00g1none"}, "group.name", 40)', ['IT Admins']],
  }),
  groupsBy(
    'Groups.startsWith',
    'Names of the groups of the user that begin with a text; null when there are none.',
    byText.startsWith,
    ['Groups.startsWith("OKTA", "IT", 10)', ['IT Admins']],
  ),
  groupsBy(
    'Groups.endsWith',
    'Names of the groups of the user that end with a text; null when there are none.',
    byText.endsWith,
    ['Groups.endsWith("OKTA", "Region", 10) ?: {}', []],
  ),
  groupsBy(
    'Groups.contains',
    'Names of the groups of the user that have a text in them; null when there are none.',
    byText.contains,
    ['Groups.contains("OKTA", "Francisco", 10)', ['San Francisco']],
  ),
  row({
    name: 'user.getGroups',
    says: 'The groups of the user that meet every one of the criteria, of which each is met by any of its texts.',
    parameters: ['criteria'],
    repeated: ['criteria'],
    result: 'list',
    call: ([first], others, run) => fitting([first, ...others], run).map(groupValue),
    example: [
      'user.getGroups({"group.profile.name": "San", "operator": "STARTS_WITH"}).![name]',
      ['San Francisco'],
    ],
  }),
  row({
    name: 'user.isMemberOf',
    says: 'Whether the user is in a group that meets every one of the criteria.',
    parameters: ['criteria'],
    repeated: ['criteria'],
    result: 'boolean',
    call: ([first], others, run) => fitting([first, ...others], run).length > 0,
    example: ['user.isMemberOf({"group.id": {"00g1none", "00g1it"}})', true],
  }),
]
