import { elementCount, type Value, type WideValue, widenValue } from '@slipway/core'

/** Elements in the nesting of their shape: `[[1, 2], [3, 4]]`; BigInt for 64-bit integers. */
export function toNested(value: Value): unknown {
  return nest(widenValue(value))
}

function nest(value: WideValue): unknown {
  switch (value.kind) {
    case 'tensor': {
      const lanes = value.data.length / Math.max(elementCount(value.shape), 1)
      const shape = lanes === 2 ? [...value.shape, 2] : value.shape
      const isBool = value.dtype === 'bool'
      return split(
        [...value.data].map((item) => (isBool ? item !== 0 : item)),
        shape,
      )
    }
    case 'sequence':
      return value.items.map(nest)
    case 'optional':
      return value.value === undefined ? null : nest(value.value)
    case 'map':
      return Object.fromEntries([...value.keys.data].map((key, i) => [String(key), value.values.data[i]]))
    default:
      return value satisfies never
  }
}

function split(list: readonly unknown[], shape: readonly number[]): unknown {
  if (shape.length === 0) return list[0]
  const [size, ...rest] = shape as [number, ...number[]] // not empty
  const step = elementCount(rest)
  return Array.from({ length: size }, (_, i) => split(list.slice(i * step, (i + 1) * step), rest))
}
