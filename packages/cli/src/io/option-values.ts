/** The values of options: numbers, times, shares and choices. All throw SLP-C1 for what is none. */
import { nameHint, SlipwayError } from '@slipway/core'
import type { CommandArgs } from '../define-command.ts'

/** An integer from `least` to `most`. */
export function wholeNumber(
  args: CommandArgs,
  name: string,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  const text = args.text(name) ?? ''
  const value = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least && value <= most) return value
  const range = most === Number.MAX_SAFE_INTEGER ? `${least} on` : `${least} to ${most}`
  return refuseOption(name, `an integer from ${range}`, text)
}

/** The same, or undefined where the option is not given. */
export function optionalWholeNumber(
  args: CommandArgs,
  name: string,
  least: number,
  most?: number,
): number | undefined {
  return args.text(name) === undefined ? undefined : wholeNumber(args, name, least, most)
}

const units: ReadonlyMap<string, number> = new Map([
  ['us', 0.001],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
])

/** `50ms`, `1.5s`, `2m` in milliseconds; undefined where the option is not given. */
export function timeMs(args: CommandArgs, name: string): number | undefined {
  const text = args.text(name)
  if (text === undefined) return undefined
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/.exec(text.trim()) ?? []
  const factor = units.get(unit)
  if (factor !== undefined) return Number(number) * factor
  return refuseOption(name, `a time with a unit of ${[...units.keys()].join(', ')}, such as "50ms"`, text)
}

/** A time that is longer than nothing; undefined where the option is not given. */
export function positiveMs(args: CommandArgs, name: string): number | undefined {
  const ms = timeMs(args, name)
  return ms === 0 ? refuseOption(name, 'longer than nothing', args.text(name)!) : ms
}

/** `0.1%` or `0.001` as a share; undefined where the option is not given. */
export function share(args: CommandArgs, name: string): number | undefined {
  const text = args.text(name)
  if (text === undefined) return undefined
  const [, number, percent] = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim()) ?? []
  const value = Number(number) / (percent ? 100 : 1)
  return value <= 1 ? value : refuseOption(name, 'a share such as "0.1%" or "0.001"', text)
}

/** One of the known values of an option that has a fallback, or is given. */
export function choice<const T extends string>(args: CommandArgs, name: string, known: readonly T[]): T {
  const given = args.text(name) ?? ''
  const found = known.find((one) => one === given)
  return found ?? refuseOption(name, `one of ${known.join(', ')}`, given, nameHint(given, known))
}

export function refuseOption(name: string, rule: string, got: string, remedy?: string): never {
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  throw new SlipwayError(
    'SLP-C1',
    `Cannot read --${flag}: it must be ${rule}, got "${got}"`,
    remedy === undefined ? {} : { remedy },
  )
}
