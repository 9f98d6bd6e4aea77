/** Somebody at Okta's Sign-In Widget, of either engine. */
import type { Page } from 'playwright-core'
import { expect, vi } from 'vitest'
import { ACTION_MILLISECONDS } from './visitor.ts'

/** The widget drops what is submitted within this time after a submission. */
const THROTTLED_MILLISECONDS = 200

/**
 * Fills in these fields, by name, of the widget's form and submits it. The widget moves the focus to the first field a
 * while after it shows a form, and text on its way to another field lands there: then all are filled in once more.
 */
export async function submitForm(
  page: Page,
  fields: Readonly<Record<string, string>>,
): Promise<void> {
  const filledIn = async (): Promise<void> => {
    for (const [name, text] of Object.entries(fields)) await page.fill(fieldOf(name), text)
    for (const [name, text] of Object.entries(fields))
      expect(await page.inputValue(fieldOf(name))).toBe(text)
  }
  await vi.waitFor(filledIn, { timeout: ACTION_MILLISECONDS })
  await page.waitForTimeout(THROTTLED_MILLISECONDS * 1.25)
  await page.click('input[type=submit]')
}

const fieldOf = (name: string): string => `input[name="${name}"]`
