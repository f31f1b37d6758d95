import type { WideTensor } from '../../base/wide.ts'
import { refuseValue } from '../refuse.ts'

/** The elements of a string tensor. Throws SLP-O4 for another type. */
export function textsOf({ data, dtype }: WideTensor): readonly string[] {
  return Array.isArray(data) ? data : refuseValue('the elements must be strings', dtype)
}
