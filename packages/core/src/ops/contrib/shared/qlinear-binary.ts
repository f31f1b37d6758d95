/** What the elementwise operators on two quantized tensors share. */
import type { GraphBuilder } from '../../../ir/builder.ts'
import { tensorFact } from '../../fact.ts'
import { type FactArgs, maybe, type NameArgs, one } from '../../param.ts'
import { broadcastDims } from '../../shared/broadcast.ts'
import { eightBits, requireScalars, saturate, scalar } from './quantized-graph.ts'

export const binaryTypes = { T: eightBits }
export const binaryInputs = {
  A: one('T'),
  A_scale: one('float32'),
  A_zero_point: maybe('T'),
  B: one('T'),
  B_scale: one('float32'),
  B_zero_point: maybe('T'),
  C_scale: one('float32'),
  C_zero_point: maybe('T'),
}
export const binaryOutputs = { C: one('T') }
type Inputs = typeof binaryInputs

/** The broadcast shape of both tensors, in their type. Throws SLP-O2. */
export function inferBinary({ A, B, ...parameters }: FactArgs<Inputs>) {
  requireScalars(parameters)
  return { C: tensorFact(A.dtype, broadcastDims([A.shape, B.shape])) }
}

/** A float32 result in units of C_scale, its zero point included, as 8-bit numbers. */
export type CombineQuantized = (b: GraphBuilder, names: NameArgs<Inputs>) => string

/** Decomposition of such an operator. */
export function lowerBinary(combine: CombineQuantized) {
  return {
    kind: 'decompose',
    build: (
      b: GraphBuilder,
      names: NameArgs<Inputs>,
      _attrs: unknown,
      { inputs }: { readonly inputs: FactArgs<Inputs> },
    ) => {
      const scales = {
        A_scale: scalar(b, names.A_scale),
        B_scale: scalar(b, names.B_scale),
        C_scale: scalar(b, names.C_scale),
      }
      return { C: saturate(b, combine(b, { ...names, ...scales }), inputs.A.dtype) }
    },
  } as const
}
