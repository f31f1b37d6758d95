/** Rules that every request keeps, whatever bytes it came as. Every function throws SLP-R4 unless it says otherwise. */
import { SlipwayError } from '@slipway/core'
import { type Datatype, isDatatype } from './datatype.ts'
import type { Parameters } from './parameters.ts'
import { refuseRequest } from './refuse-request.ts'

const sharedMemory = ['shared_memory_region', 'shared_memory_offset', 'shared_memory_byte_size']

/** Inputs and outputs have names of their own. */
export function assertUnique(what: 'input' | 'output', list: readonly { readonly name: string }[]): void {
  if (list.length < 2) return
  const names = new Set<string>()
  for (const { name } of list) {
    if (names.has(name)) refuseRequest(`each ${what} must be given once`, name)
    names.add(name)
  }
}

export function knownDatatype(input: string, datatype: string): Datatype {
  if (isDatatype(datatype)) return datatype
  return refuseRequest(`datatype of input "${input}" must be a known one`, datatype)
}

/** Throws SLP-R9: tensors travel in requests and answers only. */
export function refuseSharedMemory(parameters: Parameters): void {
  if (parameters.size === 0) return
  for (const name of sharedMemory) {
    if (!parameters.has(name)) continue
    throw new SlipwayError(
      'SLP-R9',
      `Cannot read request: its parameters must be of a supported extension, got "${name}"`,
    )
  }
}
