/** The part that kernels over broadcast operands share: a task's rows, and where each operand stands in them. */
import { i32, type Local, type Operand, op, select } from '../wasm/index.ts'
import type { LoopNest } from './broadcast-loop.ts'
import type { KernelBuilder, ParamKind, Place } from './kernel.ts'

export interface WalkOperand {
  /** The parameter that holds its address. */
  readonly name: string
  readonly kind: 'in' | 'out'
  readonly at: Place
  /** Bytes of an element. */
  readonly bytes: number
}

export interface Walk {
  readonly params: Readonly<Record<string, ParamKind>>
  readonly args: Readonly<Record<string, number | Place>>
  readonly tasks: number
  /** Names of the operands, and axes around the innermost one: what code depends on. */
  readonly names: readonly string[]
  readonly outer: number
}

const strideName = (name: string, axis: number): string => `${name}_${axis}`

/** Parameters and arguments of a walk over a nest, in tasks of about `perTask` elements. */
export function planWalk(
  { sizes, strides }: LoopNest,
  operands: readonly WalkOperand[],
  wanted: number,
): Walk {
  const outer = sizes.length - 1
  const n = sizes[outer]!
  const rows = sizes.slice(0, -1).reduce((product, size) => product * size, 1)
  // Chunks end where vectors do, and where lines of the cache do.
  const chunk = wanted < n ? Math.ceil(wanted / 64) * 64 : n
  const chunks = Math.ceil(n / chunk)
  const pieces = rows * chunks
  const perTask = Math.max(1, Math.floor(wanted / chunk))
  const args: Record<string, number | Place> = { n, chunk, chunks, pieces, perTask }
  operands.forEach(({ name, at, bytes }, i) => {
    args[name] = at
    for (let axis = 0; axis < outer; axis++) args[strideName(name, axis)] = strides[i]![axis]! * bytes
  })
  for (let axis = 0; axis < outer; axis++) args[`size${axis}`] = sizes[axis]!
  const kinds = new Map<string, ParamKind>(operands.map(({ name, kind }) => [name, kind]))
  const params = Object.fromEntries(Object.keys(args).map((name) => [name, kinds.get(name) ?? 'i32']))
  return { params, args, tasks: Math.ceil(pieces / perTask), names: operands.map(({ name }) => name), outer }
}

export interface RowPart {
  /** Elements from the start of the row, and how many. */
  readonly start: Local<'i32'>
  readonly count: Local<'i32'>
  /** Where each operand stands at the start of the row. */
  readonly pointers: readonly Local<'i32'>[]
  /** Of the row, along each outer axis. */
  readonly indices: readonly Local<'i32'>[]
}

/** Walks the pieces of a task; a piece is a part of a row. */
export function emitWalk(
  k: KernelBuilder,
  { names, outer }: Pick<Walk, 'names' | 'outer'>,
  body: (part: RowPart) => void,
): void {
  const { f, task } = k
  const [n, chunk, chunks] = [f.let(k.arg('n')), f.let(k.arg('chunk')), f.let(k.arg('chunks'))]
  const first = f.let(op('i32.mul', task, k.arg('perTask')))
  const last = f.let(op('i32.add', first, k.arg('perTask')))
  const end = f.let(smaller(last, f.let(k.arg('pieces'))))
  const row = f.let(op('i32.div_u', first, chunks))
  const at = f.let(op('i32.rem_u', first, chunks))
  const pointers = names.map((name) => f.let(k.arg(name)))
  const indices = startAt(k, row, names, pointers, outer)
  f.repeat(op('i32.sub', end, first), () => {
    const start = f.let(op('i32.mul', at, chunk))
    const count = f.let(smaller(f.let(op('i32.sub', n, start)), chunk))
    body({ start, count, pointers, indices })
    f.add(at, 1)
    f.if(op('i32.eq', at, chunks), () => {
      f.set(at, i32(0))
      nextRow(k, indices, names, pointers, outer - 1)
    })
  })
}

/** The smaller of two signed numbers. */
export const smaller = (a: Local<'i32'>, b: Local<'i32'>): Operand<'i32'> =>
  select(a, b, op('i32.lt_s', a, b))

/** Moves the pointers to a row, and gives its index along each outer axis. */
function startAt(
  { f, arg }: KernelBuilder,
  row: Local<'i32'>,
  names: readonly string[],
  pointers: readonly Local<'i32'>[],
  outer: number,
): readonly Local<'i32'>[] {
  const indices: Local<'i32'>[] = []
  for (let axis = outer - 1; axis >= 0; axis--) {
    const size = f.let(arg(`size${axis}`))
    const index = f.let(axis === 0 ? row : op('i32.rem_u', row, size))
    if (axis > 0) f.set(row, op('i32.div_u', row, size))
    pointers.forEach((pointer, i) => {
      f.add(pointer, op('i32.mul', index, arg(strideName(names[i]!, axis))))
    })
    indices.unshift(index)
  }
  return indices
}

/** Steps along an outer axis, and along the one around it where that is at its end. */
function nextRow(
  k: KernelBuilder,
  indices: readonly Local<'i32'>[],
  names: readonly string[],
  pointers: readonly Local<'i32'>[],
  axis: number,
): void {
  if (axis < 0) return
  const { f, arg } = k
  const index = indices[axis]!
  const stride = (i: number) => arg(strideName(names[i]!, axis))
  f.add(index, 1)
  pointers.forEach((pointer, i) => {
    f.add(pointer, stride(i))
  })
  if (axis === 0) return
  f.if(op('i32.eq', index, arg(`size${axis}`)), () => {
    pointers.forEach((pointer, i) => {
      f.set(pointer, op('i32.sub', pointer, op('i32.mul', index, stride(i))))
    })
    f.set(index, i32(0))
    nextRow(k, indices, names, pointers, axis - 1)
  })
}
