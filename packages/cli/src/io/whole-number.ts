import { SlipwayError } from '@slipway/core'
import type { CommandArgs } from '../define-command.ts'

/** The value of an option as an integer from `least` on. Throws SLP-C1. */
export function wholeNumber(args: CommandArgs, name: string, least: number): number {
  const text = args.text(name) ?? ''
  const value = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  throw new SlipwayError(
    'SLP-C1',
    `Cannot read --${flag}: it must be an integer from ${least} on, got "${text}"`,
  )
}
