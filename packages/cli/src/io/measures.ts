/** Options with a unit: times and shares. */
import { SlipwayError } from '@slipway/core'
import type { CommandArgs } from '../define-command.ts'

const units: ReadonlyMap<string, number> = new Map([
  ['us', 0.001],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
])

/** `50ms`, `1.5s`, `2m` in milliseconds; undefined where the option is not given. Throws SLP-C1. */
export function timeMs(args: CommandArgs, name: string): number | undefined {
  const text = args.text(name)
  if (text === undefined) return undefined
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/.exec(text.trim()) ?? []
  const factor = units.get(unit)
  if (factor !== undefined) return Number(number) * factor
  return refuse(name, `a time with a unit of ${[...units.keys()].join(', ')}, such as "50ms"`, text)
}

/** `0.1%` or `0.001` as a share; undefined where the option is not given. Throws SLP-C1. */
export function share(args: CommandArgs, name: string): number | undefined {
  const text = args.text(name)
  if (text === undefined) return undefined
  const [, number, percent] = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim()) ?? []
  const value = Number(number) / (percent ? 100 : 1)
  return value <= 1 ? value : refuse(name, 'a share such as "0.1%" or "0.001"', text)
}

function refuse(name: string, rule: string, got: string): never {
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  throw new SlipwayError('SLP-C1', `Cannot read --${flag}: it must be ${rule}, got "${got}"`)
}
