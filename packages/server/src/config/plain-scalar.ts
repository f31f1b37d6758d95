/** One scalar as JSON and YAML have it: no text is taken for a number, but for integers that JSON cannot hold. */
import { ScalarType } from '@bufbuild/protobuf'
import { configError, type Place, show } from './config-error.ts'

const signed = (bits: bigint) => [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] as const
const unsigned = (bits: bigint) => [0n, (1n << bits) - 1n] as const
const floats = ['NaN', 'Infinity', '-Infinity']

/** Throws SLP-R19 for a value that is not of the type. */
export function plainScalar(
  type: ScalarType,
  value: unknown,
  place: Place,
): string | number | bigint | boolean {
  switch (type) {
    case ScalarType.STRING:
      if (typeof value === 'string') return value
      throw configError(place, 'a text must stand here', show(value), { remedy: 'Put it in quotes.' })
    case ScalarType.BOOL:
      if (typeof value === 'boolean') return value
      throw configError(place, 'true or false must stand here', show(value))
    case ScalarType.FLOAT:
    case ScalarType.DOUBLE:
      return float(type, value, place)
    case ScalarType.INT32:
      return Number(integer(value, signed(32n), place))
    case ScalarType.UINT32:
      return Number(integer(value, unsigned(32n), place))
    case ScalarType.INT64:
      return integer(value, signed(64n), place)
    case ScalarType.UINT64:
      return integer(value, unsigned(64n), place)
    default:
      throw configError(place, 'the schema must have no field of this type', ScalarType[type])
  }
}

function float(type: ScalarType, value: unknown, place: Place): number {
  const number = typeof value === 'string' && floats.includes(value) ? Number(value) : value
  if (typeof number !== 'number') throw configError(place, 'a number must stand here', show(value))
  const rounded = type === ScalarType.FLOAT ? Math.fround(number) : number
  if (Number.isFinite(number) && !Number.isFinite(rounded))
    throw configError(place, 'a number here must not be larger than its type', show(value))
  return rounded
}

function integer(value: unknown, [least, most]: readonly [bigint, bigint], place: Place): bigint {
  const isExact =
    typeof value === 'bigint' ||
    (typeof value === 'number' && Number.isSafeInteger(value)) ||
    (typeof value === 'string' && /^-?(?:0|[1-9][0-9]{0,19})$/.test(value))
  if (!isExact) throw configError(place, 'an integer must stand here', show(value))
  const number = BigInt(value as string | number | bigint) // one of the three by the test above
  if (number < least || number > most)
    throw configError(place, `an integer here must be from ${least} to ${most}`, show(value))
  return number
}
