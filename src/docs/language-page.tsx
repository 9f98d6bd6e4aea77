/** The reference of the expression language, made of the tables that the language runs on. */
import type { Child } from 'hono/jsx'
import { EXAMPLE_SCOPE, EXAMPLE_SURROUNDINGS } from '../claims/expression/example.ts'
import { FORMS, LITERALS, type Form } from '../claims/expression/forms.ts'
import { ABSENT, FAMILIES } from '../claims/expression/functions/index.ts'
import { PARAMETERS } from '../claims/expression/functions/row.ts'
import { ABSENT_OBJECTS, OBJECTS, type ObjectRow } from '../claims/expression/objects.ts'
import { OPERATIONS } from '../claims/expression/operators.ts'
import { OPERATORS } from '../claims/expression/tree.ts'
import { FunctionLines, jsonOf, Lines, Terms } from './language-rows.tsx'
import { FACTS, LIMITS, PATTERNS, REFUSED, RESERVED, TOUR } from './language-text.ts'
import { anchorOf, Facts, pageText, Prose, type NavigationEntry } from './parts.tsx'

interface Section {
  readonly name: string
  readonly level: NavigationEntry['level']
  readonly says?: string
  readonly content: Child
}

const shown = ({ name, attribute, ...row }: ObjectRow) => ({
  ...row,
  name: attribute === 'any' ? `${name}.*` : name,
})

const code = (text: string): string => `\`${text}\``

const written = (form: Form) => ({ ...form, name: form.written })

const objects = (): readonly Section[] => [
  {
    name: 'Objects',
    level: 1,
    says: 'What an expression can read. `.*` stands for the name of any attribute; one that was never set is null.',
    content: (
      <Lines of="Object" rows={OBJECTS.filter((row) => row.isOfGroup !== true).map(shown)} />
    ),
  },
  {
    name: 'Of a group',
    level: 2,
    says: 'In the expression in quotes that `getFilteredGroups` takes, `group` is the group that it is evaluated for.',
    content: (
      <Lines of="Object" rows={OBJECTS.filter((row) => row.isOfGroup === true).map(shown)} />
    ),
  },
]

const forms = (): readonly Section[] => [
  { name: 'Literals', level: 1, content: <Lines of="Literal" rows={LITERALS.map(written)} /> },
  {
    name: 'Operators',
    level: 1,
    says: 'From the one that binds least. Parentheses bind more than any, and the choice `? :` less.',
    content: (
      <Lines
        of="Operator"
        rows={OPERATORS.flat().map((operator) => {
          const { spelling, ...row } = OPERATIONS[operator]
          const name = operator.toUpperCase()
          return { ...row, name: spelling === undefined ? name : `${name}, ${spelling}` }
        })}
      />
    ),
  },
  {
    name: 'Forms',
    level: 1,
    content: <Lines of="Form" rows={Object.values(FORMS).map(written)} />,
  },
  {
    name: 'Patterns',
    level: 2,
    says: 'The regular expressions of `matches` and of functions of groups always match the whole text.',
    content: <Terms head={['Patterns', 'What']} terms={PATTERNS} />,
  },
]

const functions = (): readonly Section[] => [
  {
    name: 'Functions',
    level: 1,
    says: 'What a function takes is in parentheses: `?` may be left out, and `…` may follow any number of times. What stands in the expression itself must be of the type; what comes from an attribute is looked at when a token is made. Where text or a number is null, most functions give null: for each it is said what it gives with null in its first place.',
    content: (
      <Terms
        head={['It takes', 'Which is']}
        terms={Object.values(PARAMETERS).map(({ name, says }) => [name, says])}
      />
    ),
  },
  ...FAMILIES.map(({ name, says, rows }): Section => ({
    name: `Functions: ${name}`,
    level: 2,
    says,
    content: <FunctionLines rows={rows} />,
  })),
]

const Codes = ({ names }: { readonly names: readonly string[] }) => (
  <p class="codes">
    {names.map((name) => (
      <>
        <code class="v">{name}</code>{' '}
      </>
    ))}
  </p>
)

const end = (): readonly Section[] => [
  {
    name: 'Limits',
    level: 1,
    says: 'What is above a limit of the text is refused when the claim is saved; above one of the evaluation the claim has no value.',
    content: (
      <Terms
        head={['What', 'At most']}
        terms={LIMITS.map(([what, most]) => [what, most.toLocaleString('en')])}
      />
    ),
  },
  {
    name: 'What is refused',
    level: 1,
    says: REFUSED,
    content: (
      <>
        <Terms
          head={['Object', 'Why it is refused']}
          terms={[...ABSENT_OBJECTS].map(([name, reason]) => [code(name), reason])}
        />
        <Terms
          head={['Functions', 'Why they are refused']}
          terms={ABSENT.map(([names, reason]) => [names.map(code).join(' '), reason])}
        />
        <h3>Names that no claim can have</h3>
        <Codes names={RESERVED} />
      </>
    ),
  },
]

/** What the examples are evaluated for, as an expression sees it. */
const situation = (): string => {
  const { internal, groups, linked } = EXAMPLE_SURROUNDINGS
  return JSON.stringify({ ...EXAMPLE_SCOPE, internal, groups, linked }, null, 2)
}

const Introduction = () => (
  <header>
    <h1>Expression language</h1>
    <p class="lead">
      An expression says what a claim is, from what is known when a token is made: the person and
      their groups, the app, the scopes. Expressions are those of Okta, a part of SpEL.
    </p>
    <Facts facts={FACTS} />
  </header>
)

const beginning = (): readonly Section[] => [
  {
    name: 'A first look',
    level: 1,
    content: (
      <Terms
        head={['Expression', 'What it shows', 'Result']}
        terms={TOUR.map(([source, says]) => [code(source), says, code(jsonOf(source))])}
      />
    ),
  },
  {
    name: 'The example',
    level: 1,
    says: 'The person and the app that every example of this page is evaluated for.',
    content: <pre>{situation()}</pre>,
  },
]

/** The whole page as text. */
export function languagePage(): Promise<string> {
  const sections = [...beginning(), ...objects(), ...forms(), ...functions(), ...end()]
  return pageText({
    path: '/docs',
    title: 'Edgemint expression language',
    skip: 'Skip to the reference',
    label: 'Contents',
    entries: sections.map(({ name, level }) => ({ name, level, anchor: anchorOf(name) })),
    main: (
      <>
        <Introduction />
        {sections.map(({ name, says, content }) => (
          <section aria-labelledby={anchorOf(name)}>
            <h2 id={anchorOf(name)}>{name}</h2>
            {says !== undefined && (
              <p class="lead">
                <Prose text={says} />
              </p>
            )}
            {content}
          </section>
        ))}
      </>
    ),
  })
}
