/** Constructors of operands. Every one checks the types it is given, so a mistake is an error at the emitting line. */
import { SlipwayError } from '../base/errors.ts'
import { type Instruction, type InstructionName, instructions } from './instructions.ts'
import { signedLeb, unsignedLeb } from './leb128.ts'
import { atomicUpdates, laneLoads, laneReads, laneWrites, loads } from './memory-instructions.ts'
import { type Code, type Operand, type ValType, valTypeCodes } from './types.ts'

/** Bytes of an opcode; prefixed ones are written as in instructions.ts. */
export function opcodeBytes(opcode: number): Code {
  return opcode > 0xffff ? [opcode >>> 16, ...unsignedLeb(opcode & 0xffff)] : opcode
}

/** Throws SLP-K1 unless the operands have the types that `what` takes. */
export function checkOperands(what: string, params: readonly ValType[], operands: readonly Operand[]): void {
  const got = operands.map(({ type }) => type)
  if (got.length === params.length && got.every((type, i) => type === params[i])) return
  throw new SlipwayError(
    'SLP-K1',
    `Cannot emit ${what}: it takes (${params.join(', ')}), got (${got.join(', ')})`,
  )
}

type Table = typeof instructions
type OperandsOf<P extends readonly ValType[]> = { readonly [K in keyof P]: Operand<P[K] & ValType> }
type ParamsOf<N extends InstructionName> = Table[N] extends Instruction<infer P, ValType> ? P : never
type ResultOf<N extends InstructionName> = Table[N] extends Instruction<readonly ValType[], infer R>
  ? R
  : never

/**
 * An instruction without immediates on its operands: `op('f32x4.add', a, b)`.
 *
 * @throws SLP-K1 for operands of other types.
 */
export function op<N extends InstructionName>(
  name: N,
  ...operands: OperandsOf<ParamsOf<N>>
): Operand<ResultOf<N>> {
  const { opcode, params, result } = instructions[name]
  const list = operands as readonly Operand[] // a tuple of operands
  checkOperands(name, params, list)
  return { type: result as ResultOf<N>, code: [...list.map(({ code }) => code), opcodeBytes(opcode)] } // of the same row
}

export const i32 = (value: number): Operand<'i32'> => ({
  type: 'i32',
  code: [0x41, signedLeb(BigInt(value | 0))],
})
export const i64 = (value: bigint): Operand<'i64'> => ({
  type: 'i64',
  code: [0x42, signedLeb(BigInt.asIntN(64, value))],
})
export const f32 = (value: number): Operand<'f32'> => ({ type: 'f32', code: [0x43, floatBytes(4, value)] })
export const f64 = (value: number): Operand<'f64'> => ({ type: 'f64', code: [0x44, floatBytes(8, value)] })

function floatBytes(size: 4 | 8, value: number): number[] {
  const view = new DataView(new ArrayBuffer(size))
  if (size === 4) view.setFloat32(0, value, true)
  else view.setFloat64(0, value, true)
  return Array.from(new Uint8Array(view.buffer))
}

/** A vector constant of 16 bytes. */
export function v128Bytes(bytes: readonly number[]): Operand<'v128'> {
  checkImmediate('v128.const', bytes.length === 16, `16 bytes, got ${bytes.length}`)
  return { type: 'v128', code: [opcodeBytes(0xfd000c), [...bytes]] }
}

/** Four equal 32-bit floats. */
export const f32x4 = (value: number): Operand<'v128'> =>
  v128Bytes([1, 2, 3, 4].flatMap(() => floatBytes(4, value)))
/** Two equal 64-bit floats. */
export const f64x2 = (value: number): Operand<'v128'> => v128Bytes([1, 2].flatMap(() => floatBytes(8, value)))
/** Four 32-bit integers; one stands for all. */
export function i32x4(...values: readonly number[]): Operand<'v128'> {
  const four = values.length === 1 ? [0, 1, 2, 3].map(() => values[0]!) : values
  return v128Bytes(
    four.flatMap((value) => [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255]),
  )
}

/** The 16 bytes of two vectors that `lanes` (0 to 31) name. */
export function shuffle(a: Operand<'v128'>, b: Operand<'v128'>, lanes: readonly number[]): Operand<'v128'> {
  checkOperands('i8x16.shuffle', ['v128', 'v128'], [a, b])
  checkImmediate(
    'i8x16.shuffle',
    lanes.length === 16 && lanes.every((lane) => lane >= 0 && lane < 32),
    `16 lanes from 0 to 31, got [${lanes}]`,
  )
  return { type: 'v128', code: [a.code, b.code, opcodeBytes(0xfd000d), [...lanes]] }
}

/** The four 32-bit elements of two vectors that `lanes` (0 to 7) name. */
export function shuffle32(a: Operand<'v128'>, b: Operand<'v128'>, lanes: readonly number[]): Operand<'v128'> {
  return shuffle(
    a,
    b,
    lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3]),
  )
}

/** Alignment hint and offset of a memory access. */
export function memoryArgument(what: string, align: number, offset: number): Code {
  checkImmediate(
    what,
    Number.isInteger(offset) && offset >= 0 && offset < 2 ** 32,
    `an offset from 0 to 2^32 - 1, got ${offset}`,
  )
  return [align, unsignedLeb(offset)]
}

/** Reads memory at `address + offset`. */
export function load<N extends keyof typeof loads>(
  name: N,
  address: Operand<'i32'>,
  offset = 0,
): Operand<(typeof loads)[N]['type']> {
  const { opcode, type, align } = loads[name]
  checkOperands(name, ['i32'], [address])
  return { type, code: [address.code, opcodeBytes(opcode), memoryArgument(name, align, offset)] }
}

/** `vector` with one lane read from memory. */
export function loadLane(
  name: keyof typeof laneLoads,
  address: Operand<'i32'>,
  vector: Operand<'v128'>,
  lane: number,
  offset = 0,
): Operand<'v128'> {
  const { opcode, align, lanes } = laneLoads[name]
  checkOperands(name, ['i32', 'v128'], [address, vector])
  checkLane(name, lane, lanes)
  return {
    type: 'v128',
    code: [address.code, vector.code, opcodeBytes(opcode), memoryArgument(name, align, offset), lane],
  }
}

/** One lane of a vector. */
export function extractLane<N extends keyof typeof laneReads>(
  name: N,
  vector: Operand<'v128'>,
  lane: number,
): Operand<(typeof laneReads)[N]['type']> {
  const { opcode, type, lanes } = laneReads[name]
  checkOperands(name, ['v128'], [vector])
  checkLane(name, lane, lanes)
  return { type, code: [vector.code, opcodeBytes(opcode), lane] }
}

/** `vector` with one lane replaced. */
export function replaceLane<N extends keyof typeof laneWrites>(
  name: N,
  vector: Operand<'v128'>,
  lane: number,
  value: Operand<(typeof laneWrites)[N]['type']>,
): Operand<'v128'> {
  const { opcode, type, lanes } = laneWrites[name]
  checkOperands(name, ['v128', type], [vector, value])
  checkLane(name, lane, lanes)
  return { type: 'v128', code: [vector.code, value.code, opcodeBytes(opcode), lane] }
}

/** `condition` is not 0 ? `yes` : `no`, both computed. */
export function select<T extends ValType>(
  yes: Operand<T>,
  no: Operand<T>,
  condition: Operand<'i32'>,
): Operand<T> {
  checkOperands('select', [yes.type, yes.type, 'i32'], [yes, no, condition])
  return { type: yes.type, code: [yes.code, no.code, condition.code, 0x1c, 1, valTypeCodes[yes.type]] }
}

/** Changes an i32 in memory atomically and gives what was there before. */
export function atomicUpdate(
  name: keyof typeof atomicUpdates,
  address: Operand<'i32'>,
  value: Operand<'i32'>,
  offset = 0,
): Operand<'i32'> {
  checkOperands(name, ['i32', 'i32'], [address, value])
  return {
    type: 'i32',
    code: [address.code, value.code, opcodeBytes(atomicUpdates[name]), memoryArgument(name, 2, offset)],
  }
}

/** Sleeps while the i32 at an address is `expected`; at most `timeoutNs` (negative: for ever). */
export function atomicWait(
  address: Operand<'i32'>,
  expected: Operand<'i32'>,
  timeoutNs: Operand<'i64'>,
  offset = 0,
): Operand<'i32'> {
  checkOperands('memory.atomic.wait32', ['i32', 'i32', 'i64'], [address, expected, timeoutNs])
  return {
    type: 'i32',
    code: [
      address.code,
      expected.code,
      timeoutNs.code,
      opcodeBytes(0xfe0001),
      memoryArgument('memory.atomic.wait32', 2, offset),
    ],
  }
}

/** Wakes at most `count` sleepers at an address and gives their number. */
export function atomicNotify(address: Operand<'i32'>, count: Operand<'i32'>, offset = 0): Operand<'i32'> {
  checkOperands('memory.atomic.notify', ['i32', 'i32'], [address, count])
  return {
    type: 'i32',
    code: [
      address.code,
      count.code,
      opcodeBytes(0xfe0000),
      memoryArgument('memory.atomic.notify', 2, offset),
    ],
  }
}

function checkLane(what: string, lane: number, lanes: number): void {
  checkImmediate(
    what,
    Number.isInteger(lane) && lane >= 0 && lane < lanes,
    `a lane from 0 to ${lanes - 1}, got ${lane}`,
  )
}

function checkImmediate(what: string, holds: boolean, rule: string): void {
  if (!holds) throw new SlipwayError('SLP-K1', `Cannot emit ${what}: it takes ${rule}`)
}
