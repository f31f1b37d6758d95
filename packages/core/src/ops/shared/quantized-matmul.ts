/** What the quantized matrix products share: parameters per tensor, per row and per column. */
import type { Dim } from '../../base/dim.ts'
import type { Shape } from '../../base/shape.ts'
import { type WideTensor, wide } from '../../base/wide.ts'
import { type TensorFact, tensorFact } from '../fact.ts'
import { expandTo } from './broadcast.ts'
import { floatsOf } from './elements.ts'
import { requireBroadcastsTo } from './require.ts'

/** What a 1-D parameter of a matrix goes along. */
export type Side = 'rows' | 'columns'

/** Refuses a parameter that is neither a scalar nor one number per row (column). Throws SLP-O2. */
export function checkSide(name: string, x: TensorFact, parameter: TensorFact | undefined, side: Side): void {
  if (!x.shape || !parameter?.shape || parameter.shape.every((size) => size === 1)) return
  const aligned = alignedShape(parameter.shape, x.shape.length, side)
  requireBroadcastsTo(
    `${name} (a number per ${side === 'rows' ? 'row' : 'column'})`,
    tensorFact(parameter.dtype, aligned),
    x.shape,
  )
}

function alignedShape<T extends Dim>(shape: readonly T[], rank: number, side: Side): readonly (T | 1)[] {
  return side === 'rows' && shape.length === 1 && rank > 1 ? [...shape, 1] : shape
}

/** The parameter repeated to the shape of the matrix it belongs to. */
export function alongSide(parameter: WideTensor, shape: Shape, side: Side): Float64Array {
  const own = parameter.data.length === 1 ? [] : alignedShape(parameter.shape, shape.length, side)
  return floatsOf(expandTo({ ...parameter, shape: own }, shape))
}

/** x - zero point, as float64 whatever the type of x. */
export function centred(x: WideTensor, zeroPoint: WideTensor | undefined, side: Side): WideTensor {
  const data = floatsOf(x)
  if (!zeroPoint) return wide('float64', x.shape, data)
  const zeros = alongSide(zeroPoint, x.shape, side)
  return wide(
    'float64',
    x.shape,
    data.map((value, i) => value - zeros[i]!),
  )
}
