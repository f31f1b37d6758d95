/** Emits the module that reads JSON arrays of numbers, flat or nested, into float32 or float64 values. */
import {
  type FunctionBuilder,
  type FunctionRef,
  i32,
  i64,
  type Label,
  type Local,
  load,
  type ModuleBuilder,
  moduleBuilder,
  op,
  select,
} from '@slipway/core/wasm'
import { blockBytes, separatorsOf } from './byte-masks.ts'
import { emitIntegerBlock } from './integer-block-code.ts'
import { exponentCells, exponentFunction } from './number-exponent-code.ts'
import { emitToken, keptAt, keptTable, stepsAt, stepTable } from './number-token-code.ts'
import { float32Code, float64Code, powersAt, powerTable, type ValueCode } from './number-value-code.ts'

/** What may come next: a value, a value or `]`, or what follows a value. */
export const expected = { value: 0, first: 1, separator: 2 } as const
/** Why a scan came back: for more characters, at the end of the array, for a token it cannot read, for anything else. */
export const outcome = { more: 0, closed: 1, token: 2, refused: 3 } as const

/** Places in memory. */
export const layout = {
  /** What the last call left: the start and the end of the token it stopped at, `output`, what is expected, the depth. */
  cells: 0,
  /** With as many readable bytes before it as a token may need. */
  input: 0x1_0000,
  /** Few, so that they stay in the nearest cache between being copied and being read. */
  inputBytes: 0x2000,
  output: 0x1_8000,
  pages: 3,
} as const

/** Integers of so many digits are exact as float64. */
const exactDigits = 15
/** Of a token that stands for an integer; no limit. */
const anyDigits = 24

export function numberScanModule(): Uint8Array<ArrayBuffer> {
  const m = moduleBuilder()
  m.ownMemory('memory', { initialPages: layout.pages, maximumPages: layout.pages, shared: false })
  m.data(stepsAt, new Uint8Array(stepTable().buffer))
  m.data(keptAt, keptTable())
  m.data(powersAt, new Uint8Array(powerTable().buffer))
  scanFunction(m, 'scan32', float32Code, anyDigits)
  scanFunction(m, 'scan64', float64Code, exactDigits)
  return m.build()
}

/** name(from, to, output, expected, depth, most depth) → outcome */
function scanFunction(m: ModuleBuilder, name: string, value: ValueCode, mostIntegerDigits: number): void {
  const params = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const
  const readExponent = exponentFunction(m, `${name}Exponent`, mostIntegerDigits)
  const scan = m.func(name, params, 'i32', (f, start, to, output, next, depth, mostDepth) => {
    const [base, end, found, tried] = [f.let(start), f.local('i32'), f.local('i32'), f.local('i32')]
    const place = { start, end, base, output, next, depth, mostDepth }
    f.block((left) => {
      const leave = (why: number) => {
        f.set(found, i32(why))
        f.branch(left)
      }
      f.block((help) =>
        f.loop((blocks) => {
          f.if(op('i32.ge_u', base, to), () => leave(outcome.more))
          f.block((mixed) => {
            f.branchIf(mixed, op('i32.or', tried, op('i32.eq', next, i32(expected.separator))))
            // Arrays are seldom of both kinds: tried again with the next window.
            f.set(tried, i32(1))
            emitIntegerBlock(f, place, value, mixed)
            f.set(tried, i32(0))
            f.set(next, i32(expected.value))
            f.set(base, start)
            f.branch(blocks)
          })
          emitMixedBlock(f, place, leave, () =>
            emitNumber(f, place, { value, mostIntegerDigits, readExponent }, help),
          )
          // A number that has not ended is looked at from its start, unless it takes the whole block.
          const behind = op('i32.add', base, i32(blockBytes))
          f.set(base, select(start, behind, op('i32.gt_u', start, base)))
          f.branch(blocks)
        }),
      )
      f.set(found, i32(outcome.token))
    })
    ;[start, end, output, next, depth].forEach((cell, i) =>
      f.store('i32.store', i32(layout.cells), cell, 4 * i),
    )
    return found
  })
  m.export(name, scan)
}

interface Place {
  /** Of the token. */
  readonly start: Local<'i32'>
  /** Of the token: the separator behind it. */
  readonly end: Local<'i32'>
  /** The first of the 64 characters. */
  readonly base: Local<'i32'>
  readonly output: Local<'i32'>
  readonly next: Local<'i32'>
  readonly depth: Local<'i32'>
  readonly mostDepth: Local<'i32'>
}

/** Takes the numbers and the separators of 64 characters one by one. */
function emitMixedBlock(
  f: FunctionBuilder,
  place: Place,
  leave: (why: number) => void,
  emitValue: () => void,
): void {
  const { start, end, base, next } = place
  const separators = f.let(separatorsOf(base))
  f.block((read) =>
    f.loop((again) => {
      f.branchIf(read, op('i64.eqz', separators))
      f.set(end, op('i32.add', base, op('i32.wrap_i64', op('i64.ctz', separators))))
      f.set(separators, op('i64.and', separators, op('i64.sub', separators, i64(1n))))
      f.if(op('i32.ne', end, start), () => {
        f.if(op('i32.eq', next, i32(expected.separator)), () => leave(outcome.refused))
        emitValue()
        f.set(next, i32(expected.separator))
      })
      f.set(start, op('i32.add', end, i32(1)))
      emitSeparator(f, place, again, leave)
    }),
  )
}

interface NumberCode {
  readonly value: ValueCode
  readonly mostIntegerDigits: number
  readonly readExponent: FunctionRef<readonly ['i32', 'i32'], 'i32'>
}

/** Stores the value of the token from `start` to `end`. */
function emitNumber(
  f: FunctionBuilder,
  { start, end, output }: Place,
  { value, mostIntegerDigits, readExponent }: NumberCode,
  help: Label,
): void {
  const negative = f.let(op('i32.eq', load('i32.load8_u', start), i32(45)))
  const first = f.let(op('i32.add', start, negative))
  const [digits, scale] = [f.local('i64'), f.local('i32')]
  f.block((known) => {
    f.block((odd) => {
      const token = { first, stop: end, exponent: i32(0), digits, scale }
      emitToken(f, token, odd, help, mostIntegerDigits)
      f.branch(known)
    })
    f.branchIf(help, op('i32.eqz', f.callFor(readExponent, first, end)))
    f.set(digits, load('i64.load', i32(exponentCells.digits)))
    f.set(scale, load('i32.load', i32(exponentCells.scale)))
  })
  value.store(f, { negative, digits, scale }, output, help)
}

/** Takes the character at `end`; every way leads to `again` or out. */
function emitSeparator(
  f: FunctionBuilder,
  { end, next, depth, mostDepth }: Place,
  again: Label,
  leave: (why: number) => void,
): void {
  const got = f.let(load('i32.load8_u', end))
  const is = (character: string) => op('i32.eq', got, i32(character.charCodeAt(0)))
  const awaits = (what: number) => op('i32.eq', next, i32(what))
  f.if(is(','), () => {
    f.if(op('i32.eqz', awaits(expected.separator)), () => leave(outcome.refused))
    f.set(next, i32(expected.value))
    f.branch(again)
  })
  f.branchIf(again, is(' '))
  f.if(is('['), () => {
    f.if(op('i32.or', awaits(expected.separator), op('i32.ge_u', depth, mostDepth)), () =>
      leave(outcome.refused),
    )
    f.add(depth, 1)
    f.set(next, i32(expected.first))
    f.branch(again)
  })
  f.if(is(']'), () => {
    f.if(awaits(expected.value), () => leave(outcome.refused))
    f.add(depth, -1)
    f.set(next, i32(expected.separator))
    f.branchIf(again, depth)
    leave(outcome.closed)
  })
  f.branchIf(again, op('i32.or', is('\n'), op('i32.or', is('\r'), is('\t'))))
  leave(outcome.refused)
}
