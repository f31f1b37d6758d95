/**
 * Copies a part of a plane with its padding made real, so that what slides a window over it needs no bounds. For a
 * window that steps by `step` columns each row is split into `step` phases: phase p holds columns p, p + step, …; the
 * neighbours that a vector of results needs then lie side by side.
 */
import {
  type FunctionBuilder,
  type FunctionRef,
  f32,
  f32x4,
  i32,
  type Local,
  load,
  type ModuleBuilder,
  type Operand,
  op,
  select,
  shuffle32,
} from '../../wasm/index.ts'

/** How columns are split; `many` is for any step. */
export type Phases = 1 | 2 | 'many'

export const phasesOf = (step: number): Phases => (step === 1 || step === 2 ? step : 'many')

/** Bytes of one phase of a row of `columns` padded columns; stores may run over by 16 bytes. */
export function phaseBytes(columns: number, step: number): number {
  return 16 * Math.ceil((Math.ceil(columns / step) + 7) / 4)
}

const params = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const

export interface PaddedRows {
  readonly dst: Operand<'i32'>
  /** The plane. */
  readonly src: Operand<'i32'>
  /** The first row that is wanted; it and others may lie outside the plane. */
  readonly top: Operand<'i32'>
  readonly rows: Operand<'i32'>
  readonly height: Operand<'i32'>
  readonly width: Operand<'i32'>
  /** Padded columns before the plane's first one; negative where columns of it are left out. */
  readonly left: Operand<'i32'>
  readonly columns: Operand<'i32'>
  readonly phaseBytes: Operand<'i32'>
  readonly step: Operand<'i32'>
}

/** Emits the copy; what lies outside the plane becomes `fill`. */
export function emitPaddedRows(
  m: ModuleBuilder,
  f: FunctionBuilder,
  fill: number,
  phases: Phases,
  rows: PaddedRows,
): void {
  const { dst, src, top, height, width, left, columns, step } = rows
  f.call(
    copier(m, fill, phases),
    dst,
    src,
    top,
    rows.rows,
    height,
    width,
    left,
    columns,
    rows.phaseBytes,
    step,
  )
}

function copier(m: ModuleBuilder, fill: number, phases: Phases): FunctionRef {
  return m.once(`paddedRows:${fill}:${phases}`, () =>
    m.func(
      `paddedRows${phases}`,
      params,
      undefined,
      (f, dst, src, top, rows, height, width, left, columns, bytes, step) => {
        const part = partOf(f, width, left, columns)
        const y = f.let(top)
        const from = f.let(op('i32.add', src, shl2(op('i32.add', op('i32.mul', y, width), part.skip))))
        f.repeat(rows, () => {
          const row = { dst, src: from, columns, bytes, step, ...part }
          f.if(
            op('i32.lt_u', y, height),
            () => {
              if (phases === 1) copyRow(f, fill, row)
              else if (phases === 2) splitRow(f, fill, row)
              else spreadRow(f, fill, row)
            },
            () => fillRow(f, fill, row),
          )
          f.add(dst, op('i32.mul', bytes, step))
          f.add(from, shl2(width))
          f.add(y, 1)
        })
        return undefined
      },
    ),
  )
}

interface Row {
  readonly dst: Local<'i32'>
  readonly src: Local<'i32'>
  readonly columns: Local<'i32'>
  readonly bytes: Local<'i32'>
  readonly step: Local<'i32'>
  /** Padded columns before the elements, elements, and columns of the plane before them. */
  readonly lead: Local<'i32'>
  readonly count: Local<'i32'>
}

const shl2 = (value: Operand<'i32'>) => op('i32.shl', value, i32(2))

function least(f: FunctionBuilder, a: Operand<'i32'>, b: Operand<'i32'>): Local<'i32'> {
  const [x, y] = [f.let(a), f.let(b)]
  return f.let(select(x, y, op('i32.lt_s', x, y)))
}

function atLeast0(f: FunctionBuilder, a: Operand<'i32'>): Local<'i32'> {
  const x = f.let(a)
  return f.let(select(x, i32(0), op('i32.gt_s', x, i32(0))))
}

function partOf(f: FunctionBuilder, width: Local<'i32'>, left: Local<'i32'>, columns: Local<'i32'>) {
  const skip = atLeast0(f, op('i32.sub', i32(0), left))
  const lead = least(f, atLeast0(f, left), columns)
  const count = atLeast0(f, least(f, op('i32.sub', width, skip), op('i32.sub', columns, lead)))
  return { skip, lead, count }
}

/** Vectors of `fill` over `count` floats and up to three more. */
function fillRun(f: FunctionBuilder, fill: number, at: Local<'i32'>, count: Operand<'i32'>): void {
  f.repeat(op('i32.shr_s', op('i32.add', count, i32(3)), i32(2)), () => {
    f.store('v128.store', at, f32x4(fill))
    f.add(at, 16)
  })
}

function fillRow(f: FunctionBuilder, fill: number, { dst, bytes, step }: Row): void {
  fillRun(f, fill, f.let(dst), op('i32.mul', op('i32.shr_u', bytes, i32(2)), step))
}

/** Every store may run over to the right, where the next one corrects it. */
function copyRow(f: FunctionBuilder, fill: number, { dst, src, columns, lead, count }: Row): void {
  fillRun(f, fill, f.let(dst), lead)
  const at = f.let(op('i32.add', dst, shl2(lead)))
  const end = f.let(op('i32.add', at, shl2(count)))
  const from = f.let(src)
  f.repeat(op('i32.shr_u', op('i32.add', count, i32(3)), i32(2)), () => {
    f.store('v128.store', at, load('v128.load', from))
    f.add(at, 16)
    f.add(from, 16)
  })
  fillRun(f, fill, end, op('i32.sub', op('i32.sub', columns, lead), count))
}

/** Even and odd columns apart. The first element goes to the phase of `lead`. */
function splitRow(f: FunctionBuilder, fill: number, { dst, src, columns, bytes, lead, count }: Row): void {
  const phase = (column: Operand<'i32'>) =>
    op(
      'i32.add',
      dst,
      op(
        'i32.add',
        op('i32.mul', op('i32.and', column, i32(1)), bytes),
        shl2(op('i32.shr_u', column, i32(1))),
      ),
    )
  const reached = (columns: Operand<'i32'>, p: number) =>
    op('i32.shr_s', op('i32.add', columns, i32(1 - p)), i32(1))
  for (const p of [0, 1]) fillRun(f, fill, f.let(p === 0 ? dst : op('i32.add', dst, bytes)), reached(lead, p))
  const [even, odd] = [f.let(phase(lead)), f.let(phase(op('i32.add', lead, i32(1))))]
  const from = f.let(src)
  f.repeat(op('i32.shr_u', op('i32.add', count, i32(7)), i32(3)), () => {
    const [a, b] = [f.let(load('v128.load', from)), f.let(load('v128.load', from, 16))]
    f.store('v128.store', even, shuffle32(a, b, [0, 2, 4, 6]))
    f.store('v128.store', odd, shuffle32(a, b, [1, 3, 5, 7]))
    for (const pointer of [even, odd]) f.add(pointer, 16)
    f.add(from, 32)
  })
  const end = f.let(op('i32.add', lead, count))
  for (const p of [0, 1]) {
    const first = f.let(reached(end, p))
    const start = f.let(op('i32.add', dst, shl2(first)))
    if (p === 1) f.add(start, bytes)
    fillRun(f, fill, start, op('i32.sub', reached(columns, p), first))
  }
}

/** Element after element, for steps that are rare. */
function spreadRow(
  f: FunctionBuilder,
  fill: number,
  { dst, src, columns, bytes, step, lead, count }: Row,
): void {
  const column = f.local('i32')
  f.for(column, 0, columns, 1, () => {
    const at = op(
      'i32.add',
      dst,
      op('i32.add', op('i32.mul', op('i32.rem_u', column, step), bytes), shl2(op('i32.div_u', column, step))),
    )
    const index = f.let(op('i32.sub', column, lead))
    f.if(
      op('i32.lt_u', index, count),
      () => f.store('f32.store', at, load('f32.load', op('i32.add', src, shl2(index)))),
      () => f.store('f32.store', at, f32(fill)),
    )
  })
}
