/** Results in files beside this one, formatted as everything here: where a kind of run keeps what it measured. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { machineOf, today } from './circumstances.ts'
import type { BenchRun } from './run.ts'

/** Prints a text and, unless something was left out, keeps it as RESULTS-{option}.md, with what makes it again. */
export async function writeDown(
  { pinning, options }: Pick<BenchRun, 'pinning' | 'options'>,
  option: string,
  title: string,
  text: string,
): Promise<void> {
  const file = join(import.meta.dirname, `RESULTS-${option}.md`)
  const head = `# ${title}\n\nWritten by \`npm run bench -- --${option}\` on ${today()}.\n\n`
  const circumstances = machineOf(pinning).map((line) => `- ${line}\n`)
  const style = await resolveConfig(file)
  const whole = `${head}${circumstances.join('')}\n${text}\n`
  const formatted = await format(whole, { ...style, parser: 'markdown' })
  console.log(formatted)
  if (!options.quick && options.only.length === 0) writeFileSync(file, formatted)
}
