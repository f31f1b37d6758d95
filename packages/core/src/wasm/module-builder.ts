/** Puts functions, memory, tables and data together into the bytes of a module. Knows nothing of tensors. */
import { SlipwayError } from '../base/errors.ts'
import {
  buildFunction,
  encodeLocals,
  type FunctionBody,
  type FunctionBuilder,
  type FunctionRef,
  offsetExpression,
} from './function-builder.ts'
import { unsignedLeb } from './leb128.ts'
import { type Code, type Local, type Operand, type ValType, valTypeCodes } from './types.ts'

export interface MemoryLimits {
  readonly initialPages: number
  readonly maximumPages: number
  readonly shared: boolean
}

export interface ModuleBuilder {
  /** Imports a function. All imports come before the first function. */
  importFunction<const P extends readonly ValType[], R extends ValType = never>(
    module: string,
    name: string,
    params: P,
    result?: R,
  ): FunctionRef<P, R>
  importMemory(module: string, name: string, limits: MemoryLimits): void
  /** A memory of the module's own, exported under `name`. */
  ownMemory(name: string, limits: MemoryLimits): void
  /** Imports table 0. */
  importTable(module: string, name: string, initial: number): void
  /** A table of the module's own with just `functions` in it. */
  ownTable(functions: readonly FunctionRef[]): void
  /** Defines a function; the body gives its result, if it has one. */
  func<const P extends readonly ValType[], R extends ValType = never>(
    name: string,
    params: P,
    result: R | undefined,
    body: (
      f: FunctionBuilder,
      ...locals: { readonly [K in keyof P]: Local<P[K] & ValType> }
    ) => Operand<R> | undefined,
  ): FunctionRef<P, R>
  /** The value that `make` gave when `key` was first asked for: helpers that many functions of the module share. */
  once<T>(key: string, make: () => T): T
  export(name: string, target: FunctionRef): void
  /** Bytes that are in the module's own memory from the start. */
  data(offset: number, bytes: Uint8Array): void
  /** A custom section, for signatures and provenance. */
  custom(name: string, bytes: Uint8Array): void
  /** The module's bytes. */
  build(): Uint8Array<ArrayBuffer>
}

interface Defined {
  readonly type: number
  readonly body: FunctionBody
}

/**
 * @example
 * const m = moduleBuilder()
 * m.export('second', m.func('second', ['i32', 'i32'], 'i32', (f, a, b) => b))
 * const { instance } = await WebAssembly.instantiate(m.build())
 * instance.exports.second(1, 2) // 2
 */
export function moduleBuilder(): ModuleBuilder {
  const types: string[] = []
  const typeCodes: Code[] = []
  const imports: Code[] = []
  const defined: Defined[] = []
  const exports: Code[] = []
  const segments: Code[] = []
  const customs: Code[] = []
  const shared = new Map<string, unknown>()
  let importedFunctions = 0
  let memory: Code | undefined
  let table: readonly FunctionRef[] | undefined

  const typeIndex = (params: readonly ValType[], result: ValType | undefined): number => {
    const key = `${params}>${result ?? ''}`
    const known = types.indexOf(key)
    if (known >= 0) return known
    types.push(key)
    const codes = (list: readonly ValType[]) => [list.length, ...list.map((type) => valTypeCodes[type])]
    typeCodes.push([0x60, codes(params), codes(result === undefined ? [] : [result])])
    return types.length - 1
  }

  return {
    importFunction(module, name, params, result) {
      if (defined.length > 0)
        throw new SlipwayError(
          'SLP-K1',
          `Cannot import function ${name}: imports come before the first function`,
        )
      imports.push([text(module), text(name), 0x00, unsignedLeb(typeIndex(params, result))])
      importedFunctions += 1
      return { name, index: importedFunctions - 1, params, result }
    },
    importMemory: (module, name, limits) =>
      void imports.push([text(module), text(name), 0x02, memoryLimits(limits)]),
    ownMemory(name, limits) {
      memory = memoryLimits(limits)
      exports.push([text(name), 0x02, 0])
    },
    importTable: (module, name, initial) =>
      void imports.push([text(module), text(name), 0x01, 0x70, 0x00, unsignedLeb(initial)]),
    ownTable(functions) {
      table = functions
    },
    func(name, params, result, body) {
      // The index is taken before the body is built, for bodies may define functions of their own.
      const type = typeIndex(params, result)
      const built = buildFunction(name, params, result, typeIndex, body)
      defined.push({ type, body: built })
      return { name, index: importedFunctions + defined.length - 1, params, result }
    },
    once<T>(key: string, make: () => T): T {
      if (!shared.has(key)) shared.set(key, make())
      return shared.get(key) as T // stored under the same key by the same caller
    },
    export: (name, target) => void exports.push([text(name), 0x00, unsignedLeb(target.index)]),
    data: (offset, bytes) =>
      void segments.push([0, offsetExpression(offset), unsignedLeb(bytes.length), Array.from(bytes)]),
    custom: (name, bytes) => void customs.push(section(0, [text(name), Array.from(bytes)])),
    build() {
      const elements = table?.length
        ? [0, offsetExpression(0), vector(table.map(({ index }) => unsignedLeb(index)))]
        : undefined
      return flatten([
        [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
        section(1, vector(typeCodes)),
        imports.length ? section(2, vector(imports)) : [],
        section(3, vector(defined.map(({ type }) => unsignedLeb(type)))),
        table ? section(4, vector([[0x70, 0x00, unsignedLeb(table.length)]])) : [],
        memory ? section(5, vector([memory])) : [],
        section(7, vector(exports)),
        elements ? section(9, vector([elements])) : [],
        section(10, vector(defined.map(({ body }) => sized([encodeLocals(body.locals), body.code, 0x0b])))),
        segments.length ? section(11, vector(segments)) : [],
        customs,
      ])
    },
  }
}

const encoder = new TextEncoder()

function text(value: string): Code {
  const bytes = Array.from(encoder.encode(value))
  return [unsignedLeb(bytes.length), bytes]
}

function memoryLimits({ initialPages, maximumPages, shared }: MemoryLimits): Code {
  return [shared ? 0x03 : 0x01, unsignedLeb(initialPages), unsignedLeb(maximumPages)]
}

const vector = (items: readonly Code[]): Code => [unsignedLeb(items.length), ...items]
const section = (id: number, content: Code): Code => [id, sized(content)]

/** Content behind its length in bytes. */
function sized(content: Code): Code {
  return [unsignedLeb(lengthOf(content)), content]
}

function lengthOf(code: Code): number {
  if (typeof code === 'number') return 1
  let sum = 0
  for (const part of code) sum += lengthOf(part)
  return sum
}

function flatten(code: Code): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(lengthOf(code))
  let at = 0
  const write = (part: Code) => {
    if (typeof part === 'number') bytes[at++] = part
    else for (const inner of part) write(inner)
  }
  write(code)
  return bytes
}
