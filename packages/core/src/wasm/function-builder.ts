/** Builds one function: locals, statements and structured control flow over operands. */
import { SlipwayError } from '../base/errors.ts'
import { signedLeb, unsignedLeb } from './leb128.ts'
import { laneStores, stores } from './memory-instructions.ts'
import { checkOperands, i32, memoryArgument, op, opcodeBytes } from './operand.ts'
import { type Code, type Local, type Operand, type ValType, valTypeCodes } from './types.ts'

/** A function of a module, imported or defined. */
export interface FunctionRef<P extends readonly ValType[] = readonly ValType[], R extends ValType = ValType> {
  readonly name: string
  readonly index: number
  readonly params: P
  /** Absent: it returns nothing. */
  readonly result: R | undefined
}

/** Where a branch goes: the end of a block, or the start of a loop. */
export interface Label {
  readonly depth: number
}

export interface FunctionBuilder {
  /** A new variable, 0 until it is set; with `init`, set here. */
  local<T extends ValType>(type: T): Local<T>
  /** A new variable that holds what `init` computes here. */
  let<T extends ValType>(init: Operand<T>): Local<T>
  set<T extends ValType>(target: Local<T>, value: Operand<T>): void
  /** target += value, for counters and addresses. */
  add(target: Local<'i32'>, value: Operand<'i32'> | number): void
  /** Sets the variable and gives the value. */
  tee<T extends ValType>(target: Local<T>, value: Operand<T>): Operand<T>
  store<N extends keyof typeof stores>(
    name: N,
    address: Operand<'i32'>,
    value: Operand<(typeof stores)[N]['type']>,
    offset?: number,
  ): void
  storeLane(
    name: keyof typeof laneStores,
    address: Operand<'i32'>,
    vector: Operand<'v128'>,
    lane: number,
    offset?: number,
  ): void
  /** Computes an operand for its effect. */
  drop(value: Operand): void
  /** Calls a function for its effect. */
  call(target: FunctionRef, ...operands: readonly Operand[]): void
  /** Calls a function for its result. */
  callFor<R extends ValType>(
    target: FunctionRef<readonly ValType[], R>,
    ...operands: readonly Operand[]
  ): Operand<R>
  /** Calls the function at `index` of table 0, whose type is (params) → (). */
  callIndirect(params: readonly ValType[], index: Operand<'i32'>, ...operands: readonly Operand[]): void
  /** Branches to the label of a block leave it. */
  block(body: (end: Label) => void): void
  /** Branches to the label of a loop start it again; its end leaves it. */
  loop(body: (start: Label) => void): void
  if(condition: Operand<'i32'>, then: () => void, otherwise?: () => void): void
  branch(label: Label): void
  branchIf(label: Label, condition: Operand<'i32'>): void
  return(value?: Operand): void
  /** Ends the run with an error. */
  unreachable(): void
  /** for (counter = from; counter < to; counter += step), compared as signed numbers. Does not run for from ≥ to. */
  for(
    counter: Local<'i32'>,
    from: Operand<'i32'> | number,
    to: Operand<'i32'> | number,
    step: Operand<'i32'> | number,
    body: () => void,
  ): void
  /** `body` `count` times, counting `remaining` down to 1; not at all for count ≤ 0. One branch per turn. */
  repeat(count: Operand<'i32'> | number, body: (remaining: Local<'i32'>) => void): void
  /** Bytes of dst from src; they may overlap. */
  copy(dst: Operand<'i32'>, src: Operand<'i32'>, bytes: Operand<'i32'>): void
  fill(dst: Operand<'i32'>, byte: Operand<'i32'>, bytes: Operand<'i32'>): void
  /** Keeps this place free: what the given function is called with later is emitted here. */
  reserve(): (body: () => void) => void
}

export interface FunctionBody {
  readonly locals: readonly ValType[]
  readonly code: Code
}

/** Runs `build` on a fresh builder and gives what it emitted. `typeIndex` names (params) → () types for indirect calls. */
export function buildFunction<P extends readonly ValType[]>(
  name: string,
  params: P,
  result: ValType | undefined,
  typeIndex: (params: readonly ValType[], result: ValType | undefined) => number,
  build: (
    f: FunctionBuilder,
    ...locals: { readonly [K in keyof P]: Local<P[K] & ValType> }
  ) => Operand | undefined,
): FunctionBody {
  const locals: ValType[] = []
  let out: Code[] = []
  let depth = 0

  const local = <T extends ValType>(type: T): Local<T> => {
    locals.push(type)
    const index = params.length + locals.length - 1
    return { type, index, code: [0x20, unsignedLeb(index)] }
  }
  const set = <T extends ValType>(target: Local<T>, value: Operand<T>) => {
    checkOperands(`local.set in ${name}`, [target.type], [value])
    out.push(value.code, [0x21, unsignedLeb(target.index)])
  }
  /** What `body` emits, kept apart. */
  const nested = (body: () => void): Code => {
    const outer = out
    out = []
    depth += 1
    body()
    depth -= 1
    const inner = out
    out = outer
    return inner
  }
  const structure = (opcode: number, body: (label: Label) => void) => {
    const label = { depth: depth + 1 }
    out.push([opcode, 0x40, nested(() => body(label)), 0x0b])
  }
  const branchTo = (label: Label, opcode: number) => {
    if (label.depth > depth)
      throw new SlipwayError('SLP-K1', `Cannot emit branch in ${name}: its label must be around it`)
    out.push([opcode, unsignedLeb(depth - label.depth)])
  }
  const callCode = (target: FunctionRef, operands: readonly Operand[]): Code => {
    checkOperands(`call of ${target.name}`, target.params, operands)
    return [...operands.map(({ code }) => code), 0x10, unsignedLeb(target.index)]
  }
  const number = (value: Operand<'i32'> | number) => (typeof value === 'number' ? i32(value) : value)
  const f: FunctionBuilder = {
    local,
    let(init) {
      const target = local(init.type)
      set(target, init)
      return target
    },
    set,
    add: (target, value) => set(target, op('i32.add', target, number(value))),
    tee(target, value) {
      checkOperands(`local.tee in ${name}`, [target.type], [value])
      return { type: target.type, code: [value.code, 0x22, unsignedLeb(target.index)] }
    },
    store(instruction, address, value, offset = 0) {
      const { opcode, type, align } = stores[instruction]
      checkOperands(instruction, ['i32', type], [address, value])
      out.push([address.code, value.code, opcodeBytes(opcode), memoryArgument(instruction, align, offset)])
    },
    storeLane(instruction, address, vector, lane, offset = 0) {
      const { opcode, align, lanes } = laneStores[instruction]
      checkOperands(instruction, ['i32', 'v128'], [address, vector])
      if (!(lane >= 0 && lane < lanes))
        throw new SlipwayError(
          'SLP-K1',
          `Cannot emit ${instruction}: it takes a lane below ${lanes}, got ${lane}`,
        )
      out.push([
        address.code,
        vector.code,
        opcodeBytes(opcode),
        memoryArgument(instruction, align, offset),
        lane,
      ])
    },
    drop: (value) => void out.push([value.code, 0x1a]),
    call(target, ...operands) {
      out.push(callCode(target, operands))
      if (target.result !== undefined) out.push(0x1a)
    },
    callFor(target, ...operands) {
      if (target.result === undefined)
        throw new SlipwayError('SLP-K1', `Cannot emit call of ${target.name}: it returns nothing`)
      return { type: target.result, code: callCode(target, operands) }
    },
    callIndirect(types, index, ...operands) {
      checkOperands('call_indirect', [...types, 'i32'], [...operands, index])
      out.push([
        ...operands.map(({ code }) => code),
        index.code,
        0x11,
        unsignedLeb(typeIndex(types, undefined)),
        0,
      ])
    },
    block: (body) => structure(0x02, body),
    loop: (body) => structure(0x03, body),
    if(condition, then, otherwise) {
      checkOperands('if', ['i32'], [condition])
      const yes = nested(then)
      const no = otherwise ? [0x05, nested(otherwise)] : []
      out.push([condition.code, 0x04, 0x40, yes, no, 0x0b])
    },
    branch: (label) => branchTo(label, 0x0c),
    branchIf(label, condition) {
      checkOperands('br_if', ['i32'], [condition])
      out.push(condition.code)
      branchTo(label, 0x0d)
    },
    return(value) {
      checkOperands(`return of ${name}`, result === undefined ? [] : [result], value ? [value] : [])
      out.push(value?.code ?? [], 0x0f)
    },
    unreachable: () => void out.push(0x00),
    for(counter, from, to, step, body) {
      set(counter, number(from))
      const end = typeof to === 'number' ? i32(to) : to
      f.block((leave) => {
        f.branchIf(leave, op('i32.ge_s', counter, end))
        f.loop((again) => {
          body()
          f.add(counter, step)
          f.branchIf(again, op('i32.lt_s', counter, end))
        })
      })
    },
    repeat(count, body) {
      const remaining = f.let(number(count))
      f.block((leave) => {
        f.branchIf(leave, op('i32.le_s', remaining, i32(0)))
        f.loop((again) => {
          body(remaining)
          set(remaining, op('i32.sub', remaining, i32(1)))
          f.branchIf(again, op('i32.gt_s', remaining, i32(0)))
        })
      })
    },
    copy(dst, src, bytes) {
      checkOperands('memory.copy', ['i32', 'i32', 'i32'], [dst, src, bytes])
      out.push([dst.code, src.code, bytes.code, opcodeBytes(0xfc000a), 0, 0])
    },
    fill(dst, byte, bytes) {
      checkOperands('memory.fill', ['i32', 'i32', 'i32'], [dst, byte, bytes])
      out.push([dst.code, byte.code, bytes.code, opcodeBytes(0xfc000b), 0])
    },
    reserve() {
      const place: Code[] = []
      out.push(place)
      return (body) => void place.push(nested(body))
    },
  }
  type Args = { readonly [K in keyof P]: Local<P[K] & ValType> }
  const args = params.map((type, index) => ({ type, index, code: [0x20, unsignedLeb(index)] })) as Args // one per parameter
  const value = build(f, ...args)
  if (result !== undefined) {
    checkOperands(`result of ${name}`, [result], value ? [value] : [])
    out.push(value!.code)
  }
  return { locals, code: out }
}

/** Local declarations of the binary format: runs of equal types. */
export function encodeLocals(locals: readonly ValType[]): Code {
  const runs: { count: number; type: ValType }[] = []
  for (const type of locals) {
    const last = runs.at(-1)
    if (last?.type === type) last.count += 1
    else runs.push({ count: 1, type })
  }
  return [
    unsignedLeb(runs.length),
    ...runs.map(({ count, type }) => [unsignedLeb(count), valTypeCodes[type]]),
  ]
}

/** The constant expression of an element or data segment. */
export function offsetExpression(offset: number): Code {
  return [0x41, signedLeb(BigInt(offset | 0)), 0x0b]
}
