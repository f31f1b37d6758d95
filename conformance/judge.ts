/** What a test folder comes to, given why it fails and the list of skips. */

/** Reasons by a pattern of whole names. */
export type Skips = Readonly<Record<string, string>>

export interface Verdict {
  readonly outcome: 'passed' | 'failed' | 'skipped'
  /** Why it is skipped. */
  readonly reason: string | undefined
  readonly detail: string | undefined
}

/** A folder in the list is skipped where it fails; where it passes, the list is wrong, and that fails. */
export function judge(name: string, error: string | undefined, skips: Skips): Verdict {
  const reason = Object.entries(skips).find(([key]) => new RegExp(`^(?:${key})$`).test(name))?.[1]
  if (reason === undefined)
    return { outcome: error === undefined ? 'passed' : 'failed', reason, detail: error }
  return error === undefined
    ? { outcome: 'failed', reason, detail: `is skipped (${reason}) but passes` }
    : { outcome: 'skipped', reason, detail: error }
}
