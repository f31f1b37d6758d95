import { elementCount, forEachIndex, type Shape } from '../../base/shape.ts'

/** Items in row-major order from items in column-major order, or the other way round. */
export function reorder(
  bytes: Uint8Array,
  shape: Shape,
  itemBytes: number,
  to: 'row' | 'column',
): Uint8Array {
  const columnStrides = shape.map((_, axis) => elementCount(shape.slice(0, axis)))
  const out = new Uint8Array(bytes.length)
  forEachIndex(shape, (index, row) => {
    const column = index.reduce((sum, at, axis) => sum + at * columnStrides[axis]!, 0)
    const [source, target] = to === 'row' ? [column, row] : [row, column]
    for (let i = 0; i < itemBytes; i++) out[target * itemBytes + i] = bytes[source * itemBytes + i]!
  })
  return out
}

/** The bytes of every unit in reverse. */
export function swapBytes(bytes: Uint8Array, unitBytes: number): Uint8Array {
  return bytes.map((_, i) => bytes[i - (i % unitBytes) + (unitBytes - 1 - (i % unitBytes))]!)
}
