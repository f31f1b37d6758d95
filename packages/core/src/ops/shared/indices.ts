import { refuseValue } from '../refuse.ts'

/** An index in [-size, size) as one in [0, size). Throws SLP-O4. */
export function normalizeIndex(index: number, size: number): number {
  if (!(index >= -size && index < size)) refuseValue(`indices must lie in [${-size}, ${size - 1}]`, index)
  return index < 0 ? index + size : index
}
