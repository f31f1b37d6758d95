/** Modules: functions of tensors with variables of their own, named as PyTorch names them. */
import { SlipwayError } from '../base/errors.ts'
import type { Tensor as HostTensor } from '../base/tensor.ts'
import { isVariable, type Variable } from './variable.ts'
import { assertFits } from './variable-cell.ts'

/** What a module is made of. The keys are parts of names: `fc1.weight`, `layers.0.weight`. */
export type Parts = Readonly<Record<string, Part | readonly Part[] | undefined>>
type Part = Variable | AnyModule

/** A module of any signature. */
export interface AnyModule {
  readonly kind: 'module'
  /** What its maker calls it, such as `linear`. */
  readonly type: string
  readonly parts: Parts
  /** Whether it is being trained: dropout drops, and batch norm uses the statistics of the batch. */
  training: boolean
  /** Settings of it and of all its parts. */
  train(): this
  eval(): this
  /** All variables, by their paths. */
  namedVariables(): ReadonlyMap<string, Variable>
  /** Those that optimisers change, unless frozen. */
  parameters(filter?: NameFilter): readonly Variable[]
  /** Makes variables, all or those that the filter takes, stay as they are. */
  freeze(filter?: NameFilter): this
  unfreeze(filter?: NameFilter): this
  /** Sets all variables to what they begin with; what is drawn at random depends on the seed and the paths alone. */
  initialize(seed: number): this
  /** Values of all variables, by their paths: what safetensors files hold. */
  stateDict(): Promise<ReadonlyMap<string, HostTensor>>
  /**
   * Sets variables. Throws SLP-T4 where names are missing or unknown, unless not `strict`; SLP-B1 where a value does not
   * fit. Nothing is set where it throws.
   */
  loadStateDict(values: ReadonlyMap<string, HostTensor>, options?: { readonly strict?: boolean }): void
  /** All modules inside, itself first, by their paths. */
  namedModules(): ReadonlyMap<string, AnyModule>
}

export type Module<A extends readonly unknown[] = readonly unknown[], R = unknown> = ((...args: A) => R) &
  AnyModule

/** Picks variables: by a test of their paths, or by a pattern. */
export type NameFilter = RegExp | ((path: string, variable: Variable) => boolean)

/** What the function of a module gets before its arguments. */
export type Self<P extends Parts> = P & { readonly training: boolean }

/**
 * A module of parts and a function of them. Calling it calls the function.
 *
 * @example
 * const twoLayers = module('twoLayers', { fc1: linear(4, 8), fc2: linear(8, 2) }, ({ fc1, fc2 }, x) =>
 *   fc2(fc1(x).relu()),
 * )
 * twoLayers(zeros([3, 4])).shape // [3, 2]
 * [...twoLayers.namedVariables().keys()] // ['fc1.weight', 'fc1.bias', 'fc2.weight', 'fc2.bias']
 */
export function module<P extends Parts, A extends readonly unknown[], R>(
  type: string,
  parts: P,
  forward: (self: Self<P>, ...args: A) => R,
): Module<A, R> {
  const call = (...args: A): R => forward({ ...parts, training: made.training }, ...args)
  const made: Module<A, R> = Object.assign(
    call,
    membersOf(type, parts, () => made),
  ) as Module<A, R> // a function with those members
  for (const [path, one] of made.namedVariables()) one.variable.name = path
  return made
}

export function isModule(value: unknown): value is AnyModule {
  return typeof value === 'function' && 'kind' in value && value.kind === 'module'
}

function membersOf(
  type: string,
  parts: Parts,
  self: () => AnyModule,
): Omit<AnyModule, 'parameters'> & Pick<AnyModule, 'parameters'> {
  const mode = (training: boolean) => {
    for (const one of self().namedModules().values()) one.training = training
    return self()
  }
  const setTrainable = (filter: NameFilter | undefined, trainable: boolean) => {
    for (const [path, one] of self().namedVariables()) {
      if (kinds.get(one) !== 'buffer' && takes(filter, path, one)) one.trainable = trainable
    }
    return self()
  }
  // What was made as a buffer never becomes a parameter.
  const kinds = new Map(
    [...variablesOf(parts)].map(([, one]) => [one, one.trainable ? 'parameter' : 'buffer']),
  )
  return {
    kind: 'module',
    type,
    parts,
    training: true,
    train: () => mode(true) as never, // the module itself
    eval: () => mode(false) as never, // the module itself
    namedVariables: () => new Map(variablesOf(parts)),
    parameters: (filter) =>
      [...variablesOf(parts)].flatMap(([path, one]) =>
        one.trainable && takes(filter, path, one) ? [one] : [],
      ),
    freeze: (filter) => setTrainable(filter, false) as never, // the module itself
    unfreeze: (filter) => setTrainable(filter, true) as never, // the module itself
    initialize(seed) {
      for (const one of self().namedVariables().values()) one.initialize(seed)
      return self() as never // the module itself
    },
    async stateDict() {
      const entries = [...variablesOf(parts)].map(async ([path, one]) => [path, await one.host()] as const)
      return new Map(await Promise.all(entries))
    },
    loadStateDict: (values, { strict = true } = {}) => load(self().namedVariables(), values, strict),
    namedModules: () => new Map([['', self()], ...modulesOf(parts)]),
  }
}

function takes(filter: NameFilter | undefined, path: string, one: Variable): boolean {
  return filter === undefined || (filter instanceof RegExp ? filter.test(path) : filter(path, one))
}

/** Parts with their paths, those of lists numbered. */
function* entriesOf(parts: Parts): Iterable<readonly [string, Part]> {
  for (const [name, part] of Object.entries(parts)) {
    if (part === undefined) continue
    if (!Array.isArray(part))
      yield [name, part as Part] // isArray misses readonly
    else for (const [i, one] of (part as readonly Part[]).entries()) yield [`${name}.${i}`, one] // as above
  }
}

function* variablesOf(parts: Parts): Iterable<readonly [string, Variable]> {
  const seen = new Set<Variable>()
  for (const [name, part] of entriesOf(parts)) {
    const inner: Iterable<readonly [string, Variable]> = isVariable(part)
      ? [['', part]]
      : part.namedVariables()
    for (const [path, one] of inner) {
      // A variable that two modules share, such as a tied weight, has the name that comes first.
      if (seen.has(one)) continue
      seen.add(one)
      yield [path === '' ? name : `${name}.${path}`, one]
    }
  }
}

function* modulesOf(parts: Parts): Iterable<readonly [string, AnyModule]> {
  for (const [name, part] of entriesOf(parts)) {
    if (isVariable(part)) continue
    for (const [path, one] of part.namedModules()) yield [path === '' ? name : `${name}.${path}`, one]
  }
}

function load(
  variables: ReadonlyMap<string, Variable>,
  values: ReadonlyMap<string, HostTensor>,
  strict: boolean,
): void {
  const missing = [...variables.keys()].filter((name) => !values.has(name))
  const unknown = [...values.keys()].filter((name) => !variables.has(name))
  if (strict && missing.length + unknown.length > 0) {
    const rule = 'it must have the variables of the module and no others'
    const got = [
      missing.length > 0 && `none for ${missing.join(', ')}`,
      unknown.length > 0 && `unknown ${unknown.join(', ')}`,
    ]
    throw new SlipwayError('SLP-T4', `Cannot load state: ${rule}, got ${got.filter(Boolean).join('; ')}`, {
      remedy: 'Give { strict: false } to load what fits by name.',
    })
  }
  const pairs = [...variables].flatMap(([name, one]) => {
    const value = values.get(name)
    return value ? [[one, value] as const] : []
  })
  for (const [one, value] of pairs) assertFits(one.variable, value)
  for (const [one, value] of pairs) one.set(value)
}
