/**
 * Epilogues of functions such as exp as a pass over a block of results that has just been stored. Where the results are
 * still in registers, the constants of such functions have no room; here they are set once for the block.
 */
import { i32, type Local, load, type Operand, op } from '../wasm/index.ts'
import { constantPool } from './formula-emitter.ts'
import type { KernelBuilder, ParamSpec } from './kernel.ts'
import type { BoundEpilogue } from './lower.ts'
import { kernelPart } from './spatial/kernel-function.ts'
import { forVectors } from './spatial/row-vectors.ts'

export interface EpilogueBlock {
  readonly at: Operand<'i32'>
  readonly rowBytes: Operand<'i32'>
  readonly rows: Operand<'i32'>
  readonly columns: Operand<'i32'>
  /** Of the first element, along all axes of the epilogue's view; the last two are row and column. */
  readonly indices: readonly Operand<'i32'>[]
}

/** Emits the epilogue over a block. */
export type EpiloguePass = (block: EpilogueBlock) => void

/** The pass of an epilogue whose view has so many axes; undefined where it is better done before storing. */
export function epiloguePass<P extends ParamSpec>(
  k: KernelBuilder<P>,
  epilogue: BoundEpilogue | undefined,
  axes: number,
): EpiloguePass | undefined {
  if (!epilogue?.isHeavy) return undefined
  const params = ['i32', 'i32', 'i32', 'i32', ...new Array<'i32'>(axes).fill('i32')] as const
  const part = kernelPart(k, 'epiloguePass', params, (inner, ...locals) => {
    const [at, rowBytes, rows, columns, ...indices] = locals as readonly Local<'i32'>[] // as the parameters say
    emitBlock(inner as KernelBuilder, epilogue, {
      // the epilogue's parameters are among the kernel's
      at: at!,
      rowBytes: rowBytes!,
      rows: rows!,
      columns: columns!,
      indices: indices as readonly Local<'i32'>[], // as above
    })
  })
  return ({ at, rowBytes, rows, columns, indices }) => part(at, rowBytes, rows, columns, ...indices)
}

type Locals = {
  readonly [N in keyof EpilogueBlock]: EpilogueBlock[N] extends Operand<'i32'>
    ? Local<'i32'>
    : readonly Local<'i32'>[]
}

function emitBlock(k: KernelBuilder, epilogue: BoundEpilogue, block: Locals): void {
  const { f } = k
  const { at, rowBytes, rows, columns } = block
  const leading = block.indices.slice(0, -2)
  const [row, column] = [block.indices.at(-2)!, block.indices.at(-1)!]
  const constants = constantPool(f)
  if (epilogue.isUniform) joinRows(k, block)
  f.repeat(rows, () => {
    forVectors(f, columns, (x, store) => {
      const to = f.let(op('i32.add', at, x))
      const position = f.let(op('i32.add', column, op('i32.shr_u', x, i32(2))))
      const value = epilogue.vector(k, load('v128.load', to), [...leading, row, position], constants)
      store(to, value)
    })
    f.add(at, rowBytes)
    f.add(row, 1)
  })
}

/** Rows without a gap are one row where nothing depends on where an element is. */
function joinRows({ f }: KernelBuilder, { rowBytes, rows, columns }: Locals): void {
  f.if(op('i32.eq', rowBytes, op('i32.shl', columns, i32(2))), () => {
    f.set(columns, op('i32.mul', columns, rows))
    f.set(rows, i32(1))
  })
}
