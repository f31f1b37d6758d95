import { SlipwayError } from '@slipway/core'
import type { CommandArgs } from '../define-command.ts'

/** The value of an option as an integer from `least` to `most`. Throws SLP-C1. */
export function wholeNumber(
  args: CommandArgs,
  name: string,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  const text = args.text(name) ?? ''
  const value = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least && value <= most) return value
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  const range = most === Number.MAX_SAFE_INTEGER ? `${least} on` : `${least} to ${most}`
  throw new SlipwayError(
    'SLP-C1',
    `Cannot read --${flag}: it must be an integer from ${range}, got "${text}"`,
  )
}

/** The same, or undefined where the option is not given. Throws SLP-C1. */
export function optionalWholeNumber(
  args: CommandArgs,
  name: string,
  least: number,
  most?: number,
): number | undefined {
  return args.text(name) === undefined ? undefined : wholeNumber(args, name, least, most)
}
