/**
 * The lazy tensor: a handle of a value that will be computed. Methods build the program; `data` computes it, or `compile`
 * makes one function of all of it. Nobody has to dispose of intermediate values.
 */
import type { Dim } from '../../base/dim.ts'
import { dimText } from '../../base/dim.ts'
import type { DType } from '../../base/dtype.ts'
import { SlipwayError } from '../../base/errors.ts'
import { elementCount } from '../../base/shape.ts'
import type { Tensor as HostTensor, NumericData } from '../../base/tensor.ts'
import { typeText } from '../../base/value.ts'
import { dtypeOf } from './apply.ts'
import { type Elementwise, elementwise } from './elementwise.ts'
import { type Indexing, indexing } from './indexing.ts'
import { type Linear, linear } from './linear.ts'
import { type Movement, movement } from './movement.ts'
import type { Cell } from './origin.ts'
import { realize } from './realize.ts'
import { type Reductions, reductions } from './reductions.ts'

/** Elements as nested arrays; a number for a scalar. */
export type Nested<T = number> = T | readonly Nested<T>[]

export interface Tensor extends Elementwise, Reductions, Movement, Indexing, Linear {
  readonly cell: Cell
  readonly dtype: DType
  /** Sizes of the axes. Throws SLP-B4 where one of them is symbolic, as while a graph of any batch size is traced. */
  readonly shape: readonly number[]
  /** Sizes of the axes, symbolic ones included. */
  readonly dims: readonly Dim[]
  /** Number of axes. */
  readonly rank: number
  /** The elements in row-major order. Computes the tensor if need be. Rejects with SLP-T2 inside of `compile`. */
  data(): Promise<NumericData>
  /** The tensor with its elements. Rejects as `data`. */
  host(): Promise<HostTensor>
  /**
   * The only element, of a tensor that has been computed: what a compiled function gave, or what `data` was called on.
   * Throws SLP-T2 where it has not, SLP-B1 where there is not just one element.
   */
  item(): number
  /** The elements as nested arrays, of a tensor that has been computed. Throws as `item`. */
  toArray(): Nested
  toString(): string
  /** The handle of another cell. */
  derive(cell: Cell): Tensor
}

interface Own
  extends Pick<
    Tensor,
    'dtype' | 'shape' | 'dims' | 'rank' | 'data' | 'host' | 'item' | 'toArray' | 'toString' | 'derive'
  > {}

const own: Own & ThisType<Tensor> = {
  get dtype() {
    return dtypeOf(cellOf(this))
  },
  get dims() {
    const { type } = cellOf(this).fact
    if (type.kind === 'tensor' && type.shape) return type.shape
    throw new SlipwayError(
      'SLP-B4',
      `Cannot tell the shape of a tensor: its rank must be known, got ${typeText(type)}`,
    )
  },
  get shape() {
    const { dims } = this
    const sizes = dims.filter((size) => typeof size === 'number')
    if (sizes.length === dims.length) return sizes
    throw new SlipwayError(
      'SLP-B4',
      `Cannot tell the shape of a tensor: all sizes must be known, got [${dims.map(dimText).join(',')}]`,
      {
        remedy: 'Use dims, or let reshape keep axes with 0 or -1.',
      },
    )
  },
  get rank() {
    return this.dims.length
  },
  async data() {
    const { data } = await this.host()
    return data as NumericData // tensors of text have no handle
  },
  async host() {
    const [value] = await realize([this.cell])
    return value!
  },
  item() {
    const { data, shape } = computed(this)
    if (data.length === 1) return Number(data[0])
    throw new SlipwayError(
      'SLP-B1',
      `Cannot give the only element: there must be one, got the shape [${shape}]`,
    )
  },
  toArray() {
    const { data, shape } = computed(this)
    const nest = (axis: number, from: number, count: number): Nested => {
      if (axis === shape.length) return Number(data[from])
      const each = count / shape[axis]!
      return Array.from({ length: shape[axis]! }, (_, i) => nest(axis + 1, from + i * each, each))
    }
    return nest(0, 0, elementCount(shape))
  },
  derive: (cell) => tensorOf(cell),
  toString() {
    const { origin, fact } = this.cell
    const text =
      origin.kind === 'data' && origin.value.data.length <= 16 ? ` ${JSON.stringify(this.toArray())}` : ''
    return `Tensor ${typeText(fact.type)}${text}`
  },
}

/** Getters of an object literal see it as it is written. */
const cellOf = (one: { readonly cell?: Cell }): Cell => one.cell!

function computed({ cell }: Tensor): HostTensor {
  if (cell.origin.kind === 'data') return cell.origin.value
  throw new SlipwayError('SLP-T2', 'Cannot read a tensor: it must have been computed, got one that has not', {
    remedy: cell.trace ? 'Return it from the compiled function.' : 'Await data() first.',
  })
}

/** Spreading would call getters. */
const methods: object = Object.defineProperties(
  {},
  Object.assign(
    {},
    ...[elementwise, reductions, movement, indexing, linear, own].map(Object.getOwnPropertyDescriptors),
  ),
)

/** The handle of a cell. */
export function tensorOf(cell: Cell): Tensor {
  return Object.assign(Object.create(methods), { cell }) as Tensor // the methods of its prototype and its one field
}
